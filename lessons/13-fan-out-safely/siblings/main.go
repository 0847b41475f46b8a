// Siblings counts who is still inside a service when the page with room for
// every reply has failed, and what goleak says once they have ended.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

func main() {
	var inside, served atomic.Int32
	slow := func(ctx context.Context) (string, error) {
		inside.Add(1)
		defer inside.Add(-1)
		select {
		case <-time.After(300 * time.Millisecond):
			served.Add(1)
			return "part", nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	failing := func(context.Context) (string, error) {
		time.Sleep(10 * time.Millisecond)
		return "", errors.New("links: 503")
	}

	_, err := fanout.GatherBuffered(context.Background(),
		[]fanout.Call{slow, slow, slow, failing})
	fmt.Println("the page has failed:", err)
	fmt.Println("calls still inside the services:", inside.Load())

	leak := goleak.Find() // looks again and again for up to half a second
	fmt.Println("goleak:", leak)
	fmt.Println("answers that nobody wanted:", served.Load())
}
