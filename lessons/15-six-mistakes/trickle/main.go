// Trickle reads a body that comes a byte at a time through a client that
// limits the wait for the header, and then within a limit on the whole call.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	six "example.com/leakproof/lessons/15-six-mistakes"
)

// The body takes at least three limits, and an answer in time is early by
// most of one: a busy machine changes nothing in what is printed.
const (
	limit = 800 * time.Millisecond
	bytes = 20
	pause = 3 * limit / bytes
)

func main() {
	upstream := httptest.NewServer(http.HandlerFunc(trickle))
	defer upstream.Close()
	ctx, url := context.Background(), upstream.URL
	dial := new(net.Dialer).DialContext

	fmt.Printf("every limit is %v; the body has %d bytes, one each %v\n",
		limit, bytes, pause)
	var (
		wg                    sync.WaitGroup
		header, whole, budget string
	)
	wg.Go(func() {
		client := six.HeaderClient(dial, limit)
		defer client.CloseIdleConnections()
		header = outcome(six.Read(ctx, client, url))
	})
	wg.Go(func() {
		client := six.WholeClient(dial, limit)
		defer client.CloseIdleConnections()
		whole = outcome(six.Read(ctx, client, url))
	})
	wg.Go(func() {
		client := six.HeaderClient(dial, limit)
		defer client.CloseIdleConnections()
		budget = outcome(six.Calendar(ctx, client, url, limit))
	})
	wg.Wait()
	fmt.Println("ResponseHeaderTimeout ", header)
	fmt.Println("Client.Timeout        ", whole)
	fmt.Println("context over the read ", budget)
}

// trickle answers at once, and then takes its time.
func trickle(w http.ResponseWriter, r *http.Request) {
	for range bytes {
		if _, err := w.Write([]byte("x")); err != nil {
			return // the client has gone
		}
		if err := http.NewResponseController(w).Flush(); err != nil {
			return
		}
		select {
		case <-time.After(pause):
		case <-r.Context().Done():
			return
		}
	}
}

func outcome(body []byte, err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "ended by its limit, before the body was there"
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%d bytes, no error: held for three limits", len(body))
}
