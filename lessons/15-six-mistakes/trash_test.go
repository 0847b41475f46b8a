package sixmistakes

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

const day = 24 * time.Hour

// newTrash has a note from each of the last 60 days.
func newTrash() (t *Trash, left func() int) {
	var deleted []time.Time
	for n := range 60 {
		deleted = append(deleted, time.Now().Add(-day/2-time.Duration(n)*day))
	}
	drop := func(_ context.Context, t time.Time) (int, error) {
		before := len(deleted)
		deleted = slices.DeleteFunc(deleted, func(at time.Time) bool { return at.Before(t) })
		return before - len(deleted), nil
	}
	return &Trash{Drop: drop}, func() int { return len(deleted) }
}

// The same call: right behind the middleware, and empty in the job.
func TestPurgeNaiveDependsOnWhoCalls(t *testing.T) {
	for _, tt := range []struct {
		caller string
		wrap   func(context.Context) context.Context
		left   int
	}{
		{"handler", func(ctx context.Context) context.Context { return WithKeep(ctx, 30*day) }, 30},
		{"nightly job", func(ctx context.Context) context.Context { return ctx }, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			trash, left := newTrash()
			n, err := trash.PurgeNaive(tt.wrap(t.Context()))
			if err != nil || n+left() != 60 || left() != tt.left {
				t.Errorf("%s: %d dropped, %d left, %v, want %d left", tt.caller, n, left(), err, tt.left)
			}
		})
	}
}

func TestPurgeSaysWhatItNeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trash, left := newTrash()
		for _, keep := range []time.Duration{0, -day} {
			if n, err := trash.Purge(t.Context(), keep); err == nil || n != 0 || left() != 60 {
				t.Errorf("keep %v: %d dropped, %d left, %v, want an error and 60 left", keep, n, left(), err)
			}
		}
		if n, err := trash.Purge(t.Context(), 30*day); err != nil || n != 30 || left() != 30 {
			t.Errorf("keep 30 days: %d dropped, %d left, %v", n, left(), err)
		}
	})
}
