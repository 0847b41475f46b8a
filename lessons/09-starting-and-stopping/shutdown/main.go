// Shutdown checks a request's context while the server shuts down, and again
// after the base context was cancelled.
package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"time"

	lifecycle "example.com/leakproof/lessons/09-starting-and-stopping"
)

func main() {
	base, cancel := context.WithCancelCause(context.Background())
	requests := make(chan context.Context)
	work := func(ctx context.Context) error {
		requests <- ctx
		<-ctx.Done()
		return ctx.Err()
	}
	server := httptest.NewUnstartedServer(lifecycle.Export(work))
	server.Config.BaseContext = func(net.Listener) context.Context { return base }
	server.Start()
	defer server.Close()
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get(server.URL)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		answer <- res.Status
	}()
	request := <-requests

	ctx, stop := context.WithTimeout(context.Background(), 900*time.Millisecond)
	defer stop()
	down := make(chan error, 1)
	go func() { down <- server.Config.Shutdown(ctx) }()
	for quarter := range 4 {
		fmt.Printf("Shutdown for %3d ms: the request's context says %v\n", quarter*250, request.Err())
		time.Sleep(250 * time.Millisecond)
	}
	fmt.Println("Shutdown returned:", <-down)
	fmt.Println("and the request's context says", request.Err())

	cancel(lifecycle.ErrStopping)
	fmt.Println("base cancelled:", request.Err(), "because", context.Cause(request))
	fmt.Println("the client reads", <-answer)
}
