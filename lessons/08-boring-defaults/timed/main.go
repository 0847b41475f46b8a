// Timed shows the answer of http.TimeoutHandler beside the answer of a handler
// with a budget, and how many notes each store has afterwards.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	defaults "example.com/leakproof/lessons/08-boring-defaults"
)

func main() {
	const takes, limit = 400 * time.Millisecond, 100 * time.Millisecond

	deaf := &defaults.Store{Takes: takes}
	show("TimeoutHandler", defaults.Timed(defaults.Create(deaf.SaveDeaf), limit))

	store := &defaults.Store{Takes: takes}
	show("a budget", budget(defaults.Create(store.Save), limit))

	time.Sleep(2 * takes)
	fmt.Println("notes stored behind the 503:", deaf.Saved())
	fmt.Println("notes stored behind the 504:", store.Saved())
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
	res, err := server.Client().Post(server.URL, "application/json", strings.NewReader(`{"title":"milk"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%-15s %d  %s\n", name, res.StatusCode, res.Header.Get("Content-Type"))
	_ = res.Body.Close()
}
