// Cutoff puts a store that needs 1.2 s behind a WriteTimeout of 1 s, first
// with no shorter budget and then with one of 0.3 s.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	const takes, writeTimeout = 1200 * time.Millisecond, time.Second
	deaf := &contract.Deaf{Takes: takes}
	ask("no budget", deaf, writeTimeout, time.Minute)
	fmt.Println("notes in the store:", deaf.Len())

	fmt.Println()
	ask("a budget of 0.3 s", contract.NewMemory(takes, contract.NewID), writeTimeout, 300*time.Millisecond)
}

func ask(name string, store contract.Store, writeTimeout, budget time.Duration) {
	fmt.Println(name)
	notes := contract.NewHandler(store, slog.New(slog.DiscardHandler)).Routes()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), budget)
		defer cancel()
		watch := &watched{ResponseWriter: w}
		notes.ServeHTTP(watch, r.WithContext(ctx))
		fmt.Printf("the handler wrote:  %d, error %v, context %v\n", watch.status, watch.err, r.Context().Err())
	}))
	server.Config.WriteTimeout = writeTimeout
	server.Start()
	defer server.Close()

	res, err := server.Client().Post(server.URL+"/notes", "application/json", strings.NewReader(`{"title":"milk"}`))
	if err != nil {
		fmt.Println("the client reads:   nothing; EOF is", errors.Is(err, io.EOF))
		return
	}
	var body struct {
		Error struct{ Code, Message string }
	}
	err = json.NewDecoder(res.Body).Decode(&body)
	fmt.Printf("the client reads:   %d, error %v\n%+v\n", res.StatusCode, err, body.Error)
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
