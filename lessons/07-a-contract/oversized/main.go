// Oversized posts bodies around the limit of 1 MiB to a handler that calls
// every error a bad request, and to the one of this lesson.
package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	log := slog.New(slog.DiscardHandler)
	store := contract.NewMemory(0, contract.NewID)
	ours := contract.NewHandler(store, log).Routes()
	naive := http.HandlerFunc(contract.CreateOr400)

	const limit = 1 << 20
	fmt.Printf("%-42s%-9s%s\n", "body", "naive", "ours")
	show := func(name, body string) {
		fmt.Printf("%-42s%-9d%d\n", name, post(naive, body), post(ours, body))
	}
	show("exactly 1 MiB", note(limit))
	show("one byte more", note(limit+1))
	show("a small note and a long tail of spaces", note(100)+strings.Repeat(" ", limit))
	show("half a note", note(100)[:50])
}

func note(size int) string {
	const frame = len(`{"title":""}`)
	return `{"title":"` + strings.Repeat("a", size-frame) + `"}`
}

func post(h http.Handler, body string) (status int) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(body)))
	return w.Code
}
