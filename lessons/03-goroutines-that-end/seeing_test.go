package lifetimes_test

import (
	"context"
	"os"
	"regexp"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

// A fan-out without a bound gives its goroutines back, a leak does not.
func TestAFanOutFallsAndALeakDoesNot(t *testing.T) {
	const n = 100
	atTop, after := 0, 0
	wantLeft(t, nobody, func(t *testing.T) {
		start := runtime.NumGoroutine()
		var wg sync.WaitGroup
		for range n {
			wg.Go(func() { time.Sleep(time.Second) })
		}
		synctest.Wait()
		atTop = runtime.NumGoroutine() - start
		wg.Wait()
		synctest.Wait()
		after = runtime.NumGoroutine() - start
	})
	if atTop != n || after != 0 {
		t.Errorf("a fan-out: %d goroutines at its top, %d after it, want %d and 0", atTop, after, n)
	}
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
// at which the five really wait.
func TestTheProfileOfTheLessonIsTrue(t *testing.T) {
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`@ \.\.\.  (\S+) +(\w+\.go:\d+)`).FindAllStringSubmatch(string(lesson), -1)
	if len(lines) != 5 {
		t.Fatalf("the profile of the lesson has %d lines, want 5", len(lines))
	}
	leaveFive(t)
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

// leaveFive leaves goroutines behind in each of the five ways.
func leaveFive(t *testing.T) {
	t.Helper()
	gone, leave := context.WithCancel(t.Context())
	leave()
	rendered := make(chan *lifetimes.Page)
	_, _ = lifetimes.PreviewNaive(gone, func() *lifetimes.Page { return <-rendered })
	close(rendered)
	if err := lifetimes.SaveNaive(func() error { return errDisk }, func() {}); err == nil {
		t.Error("SaveNaive: no error")
	}
	lifetimes.IndexAllNaive(make([]lifetimes.Note, 8), func(lifetimes.Note) {})
	lifetimes.RefreshNaive(time.Hour, func() {})()
	go lifetimes.WatchNaive(nil, func([]lifetimes.Note) {})
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

// The experimental profile of Go 1.26 finds a goroutine that nothing can
// wake any more. A ticker still wakes the watcher: it is not among them.
func TestTheLeakProfileFindsTheBlockedOnes(t *testing.T) {
	profile := pprof.Lookup("goroutineleak")
	if profile == nil {
		t.Skip("run it with GOEXPERIMENT=goroutineleakprofile")
	}
	leaveFive(t)
	blocked := []string{"PreviewNaive.func1", "SaveNaive.func1", "IndexAllNaive.func1", "RefreshNaive.func1"}
	var report string
	missing := blocked
	for tries := 0; len(missing) > 0 && tries < 1000; tries++ {
		runtime.Gosched() // until each of them has come to its wait
		var found strings.Builder
		if err := profile.WriteTo(&found, 1); err != nil {
			t.Fatal(err)
		}
		report = found.String()
		missing = slices.DeleteFunc(slices.Clone(blocked), func(name string) bool {
			return strings.Contains(report, "."+name+"+0x")
		})
	}
	if len(missing) > 0 || strings.Contains(report, ".WatchNaive+0x") {
		t.Errorf("not in the profile: %q; want none missing, and no WatchNaive in it:\n%s", missing, report)
	}
}
