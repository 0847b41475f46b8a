// Disconnect sends three requests over a real connection and leaves while
// the handler is at work. It prints whether the handler noticed in 800 ms.
package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"time"
)

func main() {
	working, noticed := make(chan bool), make(chan string)
	server := httptest.NewServer(http.HandlerFunc(
		func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/read" {
				_, _ = io.Copy(io.Discard, r.Body)
			}
			working <- true
			select {
			case <-r.Context().Done():
				noticed <- "noticed"
			case <-time.After(800 * time.Millisecond):
				noticed <- "NOT noticed"
			}
		}))
	defer server.Close()

	for _, t := range []struct{ method, path, body, what string }{
		{http.MethodGet, "/", "", "GET, no body"},
		{http.MethodPost, "/unread", "# a note", "POST, body not read"},
		{http.MethodPost, "/read", "# a note", "POST, body read"},
	} {
		ctx, leave := context.WithCancel(context.Background())
		left := make(chan error, 1)
		go func() { left <- send(ctx, t.method, server.URL+t.path, t.body) }()
		select {
		case <-working:
			leave()
			fmt.Printf("%-20s  the client left: %s\n", t.what, <-noticed)
		case err := <-left:
			leave()
			fmt.Fprintln(os.Stderr, "the request did not arrive:", err)
			os.Exit(1)
		}
	}
}

// send sends a request. When ctx ends, it closes the connection.
func send(ctx context.Context, method, url, body string) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return res.Body.Close()
}
