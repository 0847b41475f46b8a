// Timed shows the answer of http.TimeoutHandler beside the answer of a handler
// that has a budget of its own, and what their stores did afterwards.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	const takes, limit = 400 * time.Millisecond, 100 * time.Millisecond
	log := slog.New(slog.DiscardHandler)

	deaf := &contract.Deaf{Takes: takes}
	show("TimeoutHandler", contract.Timed(contract.NewHandler(deaf, log).Routes(), limit))

	memory := contract.NewMemory(takes, contract.NewID)
	show("a budget", budget(contract.NewHandler(memory, log).Routes(), limit))

	time.Sleep(2 * takes)
	fmt.Println("notes stored behind the 503:", deaf.Len())
	fmt.Println("notes stored behind the 504:", memory.Len())
}

func budget(next http.Handler, d time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), d)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func show(name string, h http.Handler) {
	server := httptest.NewServer(h)
	defer server.Close()
	res, err := server.Client().Post(server.URL+"/notes", "application/json", strings.NewReader(`{"title":"milk"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%-15s %d  %s\n", name, res.StatusCode, res.Header.Get("Content-Type"))
	_ = res.Body.Close()
}
