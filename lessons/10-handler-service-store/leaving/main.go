// Leaving calls a store that is down, and the caller leaves after 250 ms. It
// shows how often two retries still try, and when they come back.
package main

import (
	"context"
	"fmt"
	"time"

	layers "example.com/leakproof/lessons/10-handler-service-store"
)

func main() {
	retry := layers.Retry{Tries: 4, Try: time.Second, Wait: 100 * time.Millisecond, Jitter: exactly}
	watch("time.Sleep", layers.RetrySleep)
	watch("select on ctx", retry.Do)
}

func watch(name string, do func(context.Context, layers.Op) error) {
	ctx, leave := context.WithCancel(context.Background())
	defer leave()
	start := time.Now()
	timer := time.AfterFunc(250*time.Millisecond, leave)
	defer timer.Stop()

	fmt.Println(name)
	early, late := 0, 0
	err := do(ctx, func(ctx context.Context) error {
		if ctx.Err() == nil {
			early++
		} else {
			late++
		}
		return layers.ErrTransient
	})
	fmt.Printf("  tries for the caller: %d, after it had left: %d\n", early, late)
	fmt.Printf("  back after %v: %v\n", time.Since(start).Round(50*time.Millisecond), err)
}

// exactly leaves the jitter out, so that each run prints the same.
func exactly(d time.Duration) time.Duration { return d }
