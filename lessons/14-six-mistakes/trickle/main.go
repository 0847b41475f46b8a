// Trickle reads a body that comes a byte at a time through a client that
// limits the wait for the header, and then within a limit on the whole call.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	six "example.com/leakproof/lessons/14-six-mistakes"
)

const limit = 200 * time.Millisecond

func main() {
	upstream := httptest.NewServer(http.HandlerFunc(trickle))
	defer upstream.Close()
	ctx, url := context.Background(), upstream.URL
	dial := new(net.Dialer).DialContext

	fmt.Println("every limit is", limit)
	report("ResponseHeaderTimeout", func() ([]byte, error) {
		return six.Read(ctx, six.HeaderClient(dial, limit), url)
	})
	report("Client.Timeout", func() ([]byte, error) {
		return six.Read(ctx, six.WholeClient(dial, limit), url)
	})
	report("context over the read", func() ([]byte, error) {
		return six.Calendar(ctx, six.HeaderClient(dial, limit), url, limit)
	})
}

// trickle answers at once and then sends a byte each 60 ms, 20 in all.
func trickle(w http.ResponseWriter, r *http.Request) {
	for range 20 {
		if _, err := w.Write([]byte("x")); err != nil {
			return // the client has gone
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-time.After(60 * time.Millisecond):
		case <-r.Context().Done():
			return
		}
	}
}

func report(name string, read func() ([]byte, error)) {
	start := time.Now()
	_, err := read()
	took := time.Since(start).Round(100 * time.Millisecond)
	ended := "the upstream was done, no error"
	if err != nil {
		ended = "the limit ended it"
	}
	fmt.Printf("%-22s %4v: %s\n", name, took, ended)
}
