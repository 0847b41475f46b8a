package shared_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

// The owner works as long as nobody calls it from its own goroutine.
func TestOwnedViewsCountEveryRead(t *testing.T) {
	inBubble(t, func(t *testing.T) bool {
		told := 0
		views := shared.NewOwnedViews(func(string) { told++ })
		for range 1000 {
			views.Add("8c1f")
		}
		if n := views.Counts()["8c1f"]; n != 1000 || told != 1 {
			t.Errorf("%d reads counted, told %d times, want 1000 and once", n, told)
		}
		return true // the owner has no end
	})
}

func TestTheOwnerWaitsForItself(t *testing.T) {
	inBubble(t, func(t *testing.T) bool {
		var views *shared.OwnedViews
		views = shared.NewOwnedViews(func(string) { views.Counts() })
		for range 1000 {
			views.Add("8c1f") // the thousandth is still taken
		}
		back := make(chan bool)
		go func() {
			views.Add("02ab") // another note, another request
			close(back)
		}()
		select {
		case <-back:
			t.Error("Add came back: the owner does not wait for itself")
		case <-time.After(24 * time.Hour):
		}
		return true
	})
}

func TestTheOwnerHasNoEnd(t *testing.T) {
	inBubble(t, func(t *testing.T) bool {
		before := goleak.IgnoreCurrent()
		shared.NewOwnedViews(func(string) {}).Add("8c1f") // and dropped
		if goleak.Find(before) == nil {
			t.Error("the owner has ended, want it left behind")
		}
		return true
	})
}

var notes = []string{"a", "b", "c", "d", "e", "f", "g", "h"}

// With a cap of 3 and nobody who reads, three pages lie in the channel and
// a fourth waits at the send; the end of ctx ends that wait. The channel is
// closed then, and not complete.
func TestTheCapHoldsTheSenderBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, leave := context.WithCancel(t.Context())
		pages := make(chan []byte, 3)
		ended := make(chan error, 1)
		go func() { ended <- shared.Render(ctx, notes, pages) }()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := len(pages); n != 3 {
			t.Errorf("%d pages wait, want 3", n)
		}
		select {
		case err := <-ended:
			t.Errorf("Render did not wait: %v", err)
		default:
		}
		leave()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Render: %v, want %v", err, context.Canceled)
		}
		left := 0
		for range pages { // ends, because Render has closed it
			left++
		}
		if left != 3 {
			t.Errorf("%d pages in a closed channel, want 3 of %d", left, len(notes))
		}
	})
}

// received renders all notes, and only then reads the pages.
func received(t *testing.T, render func(context.Context, []string, chan<- []byte) error) (got []string) {
	t.Helper()
	pages := make(chan []byte, len(notes))
	if err := render(t.Context(), notes, pages); err != nil {
		t.Fatal(err)
	}
	for page := range pages {
		got = append(got, string(page))
	}
	if len(got) != len(notes) {
		t.Fatalf("%d pages, want %d", len(got), len(notes))
	}
	return got
}

func TestRenderHandsEachPageOver(t *testing.T) {
	for i, page := range received(t, shared.Render) {
		if want := "# " + notes[i]; page != want {
			t.Errorf("page %d is %q, want %q", i, page, want)
		}
	}
}

// All pages lie in the same memory, which holds what was written last.
func TestReusedPagesAllSayTheLast(t *testing.T) {
	for i, page := range received(t, shared.RenderReused) {
		if page != "# h" {
			t.Errorf("page %d is %q, want the last one, %q", i, page, "# h")
		}
	}
}
