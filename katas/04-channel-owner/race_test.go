package channelowner_test

import (
	"testing"

	channelowner "example.com/leakproof/katas/04-channel-owner"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1, Keep 5: subscribers leave at the very moment when notes are published, each
// of them twice. Here they do so on several processors.
func TestSubscribersLeaveAtTheSameMoment(t *testing.T) {
	requireSafe(t)
	const publishers, leaving = 4, 20
	kit.Race(t, "subscribers left while notes were published (Restore 1)", 40, func(meet *kit.Barrier) []func() {
		h := channelowner.NewHub()
		var calls []func()
		for range leaving {
			s := h.Subscribe()
			leave := func() {
				meet.Wait(publishers + 2*leaving)
				s.Unsubscribe()
			}
			calls = append(calls, leave, leave, func() {
				for range s.Notes() {
				}
			})
		}
		for range publishers {
			calls = append(calls, func() {
				meet.Wait(publishers + 2*leaving)
				publish(h, 0, room)
			})
		}
		return calls
	})
}
