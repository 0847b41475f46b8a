package lifecycle

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) {
	if child, ok := children[os.Getenv("LIFECYCLE_CHILD")]; ok {
		os.Exit(child())
	}
	goleak.VerifyTestMain(m)
}

// children are what the tests of signals run in a process of its own.
var children = map[string]func() int{}

// pollSlack is more than the pause between two looks of Shutdown: 500 ms
// and up to a tenth of that.
const pollSlack = 550 * time.Millisecond

// within fails unless from <= got < from + pollSlack.
func within(t *testing.T, what string, got, from time.Duration) {
	t.Helper()
	if got < from || got >= from+pollSlack {
		t.Errorf("%s after %v, want %v and less than %v more", what, got, from, pollSlack)
	}
}

// An answer is what a client got, and when, from the start of its bubble.
type answer struct {
	status int
	err    error
	after  time.Duration
}

// ask sends one request and reports its answer. Body may be nil.
func ask(t *testing.T, ln *pipenet.Listener, start time.Time, method string, body io.Reader) <-chan answer {
	t.Helper()
	tr := &http.Transport{DialContext: ln.Dial}
	got := make(chan answer, 1)
	req, err := http.NewRequestWithContext(t.Context(), method, "http://notes/export", body)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		res, err := tr.RoundTrip(req)
		if err != nil {
			got <- answer{0, err, time.Since(start)}
			return
		}
		_, err = io.Copy(io.Discard, res.Body)
		got <- answer{res.StatusCode, errors.Join(err, res.Body.Close()), time.Since(start)}
	}()
	t.Cleanup(tr.CloseIdleConnections)
	synctest.Wait()
	return got
}

// takes works for d, or until its context ends.
func takes(d time.Duration) func(context.Context) error {
	return func(ctx context.Context) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// deaf works for d whatever its context says.
func deaf(d time.Duration) func(context.Context) error {
	return func(context.Context) error {
		time.Sleep(d)
		return nil
	}
}
