package budget_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errRender = errors.New("render: 500")

// notebook has n notes with m attachments each.
func notebook(n, m int) []budget.Note {
	notes := make([]budget.Note, n)
	for i := range notes {
		notes[i].Attachments = ids(m)
	}
	return notes
}

func ids(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(i)
	}
	return ids
}

// took runs f and returns its virtual time.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

// failing is a render of which the first n calls fail at 10 ms, while the
// rest is drawn by r.
func failing(r *budget.Renderer, n int) budget.Render {
	left := make(chan struct{}, n)
	for range n {
		left <- struct{}{}
	}
	return func(ctx context.Context, id string) error {
		select {
		case <-left:
			time.Sleep(10 * time.Millisecond)
			return errRender
		default:
			return r.Draw(ctx, id)
		}
	}
}

// producersLeft counts the goroutines that still hand out jobs, a virtual
// day after f.
func producersLeft(t *testing.T, f func()) int {
	t.Helper()
	before := goleak.IgnoreCurrent()
	f()
	time.Sleep(24 * time.Hour)
	synctest.Wait()
	err := goleak.Find(before)
	if err == nil {
		return 0
	}
	n := strings.Count(err.Error(), ".produce on top of the stack")
	if all := strings.Count(err.Error(), " on top of the stack"); all != n {
		t.Errorf("%d goroutines left, of which %d producers: %v", all, n, err)
	}
	return n
}
