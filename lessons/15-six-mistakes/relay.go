// Package sixmistakes has the programs of the lesson "Six mistakes": six
// small services around notes, each before and after its repair.
package sixmistakes

import (
	"context"
	"sync"
)

// An Event says that a note was saved.
type Event struct {
	Note string
	Body []byte
}

// A Post delivers one event to a webhook and reports its own failures. It
// ends with its context.
type Post func(ctx context.Context, e Event)

// RelayNaive delivers each event as soon as it is there.
func RelayNaive(ctx context.Context, in <-chan Event, post Post) {
	for e := range in {
		go post(ctx, e)
	}
}

// maxDeliveries are under way at once, at most. A normal hour needs 10.
const maxDeliveries = 32

// Relay takes an event when it has a hand free, until in is closed.
func Relay(ctx context.Context, in <-chan Event, post Post) {
	var hands sync.WaitGroup
	for range maxDeliveries {
		hands.Go(func() {
			for e := range in {
				post(ctx, e)
			}
		})
	}
	hands.Wait() // every delivery is back
}
