// Cutoff puts a store that needs 1.2 s behind a WriteTimeout of 1 s, first
// without a shorter budget and then with one of 0.3 s.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	defaults "example.com/leakproof/lessons/08-boring-defaults"
)

func main() {
	store := &defaults.Store{Takes: 1200 * time.Millisecond}
	ask("no budget", store.SaveDeaf, time.Minute)
	fmt.Println("notes in the store:", store.Saved())

	fmt.Println()
	store = &defaults.Store{Takes: 1200 * time.Millisecond}
	ask("a budget of 0.3 s", store.Save, 300*time.Millisecond)
	fmt.Println("notes in the store:", store.Saved())
}

func ask(name string, save defaults.Save, budget time.Duration) {
	fmt.Println(name)
	create := defaults.Create(save)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		watch := &watched{ResponseWriter: w}
		create(watch, r.WithContext(ctx))
		fmt.Printf("the handler wrote:  %d, error %v, context %v\n", watch.status, watch.err, r.Context().Err())
	}))
	server.Config.WriteTimeout = time.Second
	server.Start()
	defer server.Close()

	res, err := server.Client().Post(server.URL, "application/json", strings.NewReader(`{"title":"milk"}`))
	if err != nil {
		fmt.Println("the client reads:   nothing; EOF is", errors.Is(err, io.EOF))
		return
	}
	body, err := io.ReadAll(res.Body)
	fmt.Printf("the client reads:   %d %s, error %v\n", res.StatusCode, body, err)
	_ = res.Body.Close()
}

// watched remembers what the handler was told.
type watched struct {
	http.ResponseWriter
	status int
	err    error
}

func (w *watched) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *watched) Write(p []byte) (n int, err error) {
	n, w.err = w.ResponseWriter.Write(p)
	return n, w.err
}
