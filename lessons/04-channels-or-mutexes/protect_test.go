package shared_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

// The race detector, if it is on, only reports. What ends the process is
// the runtime, and no recover of the eight goroutines is ever asked.
func TestNaiveViewsEndTheProcess(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), crashChild+"=1", "GORACE=", "GOTRACEBACK=single")
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 2 {
		t.Errorf("the process ended with %v, want exit status 2", err)
	}
	if !bytes.Contains(out, []byte("fatal error: concurrent map")) || bytes.Contains(out, []byte("recovered:")) {
		t.Errorf("want a fatal error about the map and nothing recovered:\n%s", out)
	}
}

// Run with -race this also shows that no access is without the lock.
func TestViewsCountEveryRead(t *testing.T) {
	views := shared.NewViews()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 100 {
				views.Add("8c1f")
				_ = views.Counts()
			}
		})
	}
	wg.Wait()
	if n := views.Counts()["8c1f"]; n != 800 {
		t.Errorf("%d reads counted, want 800", n)
	}
}

func TestCountsIsACopy(t *testing.T) {
	views := shared.NewViews()
	views.Add("8c1f")
	counts := views.Counts()
	counts["8c1f"] = 99
	delete(counts, "8c1f")
	if n := views.Counts()["8c1f"]; n != 1 {
		t.Errorf("what a caller did to its copy reached the views: %d reads, want 1", n)
	}
}

// claimTogether lets two notes claim one slug, both past the look at the
// map before either goes on, and returns how many got it.
func claimTogether(t *testing.T, claim func(*shared.Slugs) func(context.Context, string, string, shared.Check) error) (won int) {
	t.Helper()
	slugs := shared.NewSlugs()
	var inside, done sync.WaitGroup
	inside.Add(2)
	together := func(context.Context, string) error {
		inside.Done()
		inside.Wait()
		return nil
	}
	errs := make([]error, 2)
	for i, note := range []string{"8c1f", "02ab"} {
		done.Go(func() { errs[i] = claim(slugs)(t.Context(), "gophers", note, together) })
	}
	done.Wait()
	for _, err := range errs {
		if err == nil {
			won++
		} else if !errors.Is(err, shared.ErrTaken) {
			t.Error(err)
		}
	}
	return won
}

// No data race: each access has the lock, and -race has nothing to report.
func TestClaimNaiveGivesOneSlugTwice(t *testing.T) {
	won := claimTogether(t, func(s *shared.Slugs) func(context.Context, string, string, shared.Check) error { return s.ClaimNaive })
	if won != 2 {
		t.Errorf("%d notes got the slug, want 2: that is what is wrong with it", won)
	}
}

func TestClaimGivesASlugOnce(t *testing.T) {
	won := claimTogether(t, func(s *shared.Slugs) func(context.Context, string, string, shared.Check) error { return s.Claim })
	if won != 1 {
		t.Errorf("%d notes got the slug, want 1", won)
	}
}

// The check may call anything, the slugs themselves included.
func TestClaimChecksWithoutTheLock(t *testing.T) {
	slugs := shared.NewSlugs()
	err := slugs.Claim(t.Context(), "gophers", "8c1f", func(_ context.Context, slug string) error {
		if _, taken := slugs.Owner(slug); taken {
			t.Error("taken before it was claimed")
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestReadersShareTheLock(t *testing.T) {
	var mu sync.RWMutex
	mu.RLock()
	if !mu.TryRLock() {
		t.Fatal("a second reader was refused")
	}
	if mu.TryLock() {
		t.Error("a writer came in beside two readers")
	}
	mu.RUnlock()
	mu.RUnlock()
}

// One reader inside, one writer waiting: a further reader, also the one
// that is inside, has to wait for the writer.
func TestAWaitingWriterHoldsUpReaders(t *testing.T) {
	var mu sync.RWMutex
	mu.RLock()
	written := make(chan bool)
	go func() {
		mu.Lock()
		defer mu.Unlock()
		close(written)
	}()
	for mu.TryRLock() { // until the writer waits
		mu.RUnlock()
		runtime.Gosched()
	}
	select {
	case <-written:
		t.Error("the writer came in beside a reader")
	default:
	}
	mu.RUnlock()
	<-written
}
