package lifetimes_test

import (
	"context"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

// A fan-out without a bound gives its goroutines back, a leak does not. (Not
// counted with runtime.NumGoroutine: it may still have one that has ended.)
func TestAFanOutFallsAndALeakDoesNot(t *testing.T) {
	const n = 100
	wantLeft(t, nobody, func(t *testing.T) {
		var running atomic.Int32
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() {
				running.Add(1)
				defer running.Add(-1)
				time.Sleep(time.Second)
			})
		}
		synctest.Wait()
		if top := running.Load(); top != n {
			t.Errorf("a fan-out has %d goroutines at its top, want %d", top, n)
		}
		wg.Wait()
		if left := running.Load(); left != 0 {
			t.Errorf("a fan-out has %d goroutines after it, want none", left)
		}
	})
	wantLeft(t, map[string]int{"chan send": n}, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range n {
			_, _ = lifetimes.PreviewNaive(ctx, slowly)
		}
	})
}

// The profile says where, and how many.
func TestTheProfileNamesTheFunction(t *testing.T) {
	before, err := lifetimes.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	for range 7 {
		lifetimes.RefreshNaive(time.Hour, func() {})()
	}
	after, err := lifetimes.Waiting()
	if err != nil {
		t.Fatal(err)
	}
	const name = "RefreshNaive.func1"
	if n := after[name] - before[name]; n != 7 {
		t.Errorf("the profile has %d more in %s, want 7: %v", n, name, after)
	}
}

// The profile at the beginning of the lesson names lines that exist: those
// where the four really wait.
func TestTheProfileOfTheLessonIsTrue(t *testing.T) {
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`@ \.\.\.  (\S+) +(\w+\.go:\d+)`).FindAllStringSubmatch(string(lesson), -1)
	if len(lines) != 4 {
		t.Fatalf("the profile of the lesson has %d lines, want 4", len(lines))
	}
	leaveFour(t)
	for _, line := range lines {
		want := regexp.MustCompile(regexp.QuoteMeta("."+line[1]) + `\+0x\w+\s+\S*/` + regexp.QuoteMeta(line[2]) + `\n`)
		found := false
		for tries := 0; !found && tries < 1000; tries++ {
			runtime.Gosched() // until it has come to its wait
			var profile strings.Builder
			if err := pprof.Lookup("goroutine").WriteTo(&profile, 1); err != nil {
				t.Fatal(err)
			}
			found = want.MatchString(profile.String())
		}
		if !found {
			t.Errorf("no goroutine waits in %s at %s, as lesson.md says", line[1], line[2])
		}
	}
}

// leaveFour leaves goroutines behind in each of the four ways.
func leaveFour(t *testing.T) {
	t.Helper()
	gone, leave := context.WithCancel(t.Context())
	leave()
	rendered := make(chan *lifetimes.Page)
	_, _ = lifetimes.PreviewNaive(gone, func() *lifetimes.Page { return <-rendered })
	close(rendered)
	lifetimes.IndexAllNaive(make([]lifetimes.Note, 8), func(lifetimes.Note) {})
	lifetimes.RefreshNaive(time.Hour, func() {})()
	go lifetimes.WatchNaive(nil, func([]lifetimes.Note) {})
}

// A test that isn't parallel can begin with this line.
func TestTheJanitorLeavesNothing(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	j := lifetimes.NewJanitor(time.Hour, func() {})
	j.Close()
}

// goleak names the function that started the goroutine as well.
func TestGoleakNamesTheLine(t *testing.T) {
	before := goleak.IgnoreCurrent()
	lifetimes.RefreshNaive(time.Hour, func() {})()
	err := goleak.Find(before)
	if err == nil || !strings.Contains(err.Error(), "created by") || !strings.Contains(err.Error(), "refresh.go:") {
		t.Errorf("goleak: %v", err)
	}
}
