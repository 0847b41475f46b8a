package leakyfanout_test

import (
	"context"
	"testing"

	leakyfanout "example.com/leakproof/katas/23-leaky-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 3: the shards answer at the same time, and what comes back must not race.
// A bubble has one processor, where anything that is locked on the way orders
// the turns and hides a race; so these shards answer on several, all at once.
func TestAnswersAtTheSameMoment(t *testing.T) {
	ctx := kit.SlowEnd()
	for _, c := range []struct{ shards, rounds, failing int }{{100, 6, 2}, {500, 20, 0}} {
		kit.Race(t, "the shards of one search answered at the same moment", c.rounds, func(meet *kit.Barrier) []func() {
			var shards []leakyfanout.Shard
			for i := range c.shards {
				answer, err := notes("a"), error(nil)
				if c.failing > 0 && i%c.failing == 0 {
					answer, err = nil, kit.SlowError("shard is down")
				}
				shards = append(shards, callback(func() ([]leakyfanout.Note, error) {
					meet.Wait(c.shards)
					return answer, err
				}))
			}
			service := leakyfanout.NewService(shards...)
			return []func(){func() { _, _ = service.Search(ctx, "go") }}
		})
	}
}

// A callback is a shard that answers with what its function returns.
type callback func() ([]leakyfanout.Note, error)

func (c callback) Search(context.Context, string) ([]leakyfanout.Note, error) { return c() }
