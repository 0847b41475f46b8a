package watch

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// job is a run that takes some time and, when its context ends, some more to return.
type job struct {
	name         string
	takes, lasts time.Duration
}

// runner notes what happens to its jobs.
type runner struct {
	ctx     context.Context // of the last run
	running int
	most    int
	log     []string
}

func (r *runner) run(ctx context.Context, j job) string {
	r.ctx = ctx
	r.running++
	r.most = max(r.most, r.running)
	defer func() { r.running-- }()
	r.log = append(r.log, j.name+" starts")
	select {
	case <-time.After(j.takes):
		r.log = append(r.log, j.name+" ends")
	case <-ctx.Done():
		time.Sleep(j.lasts)
		r.log = append(r.log, j.name+" is cancelled")
	}
	return j.name
}

func wantLog(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("what happened:\n%q\nwant\n%q", got, want)
	}
}

func TestNewerRunEndsTheOneBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r runner
		triggers := make(chan job, 1)
		out := Latest(t.Context(), triggers, r.run)
		triggers <- job{name: "a", takes: time.Hour, lasts: time.Second}
		time.Sleep(time.Second)
		triggers <- job{name: "b", takes: time.Minute, lasts: time.Second}
		if got := <-out; got != "b" {
			t.Errorf("result of %s, want that of b", got)
		}
		close(triggers)
		if got, ok := <-out; ok {
			t.Errorf("a second result, of %s", got)
		}
		wantLog(t, r.log, "a starts", "a is cancelled", "b starts", "b ends")
		if r.most != 1 {
			t.Errorf("%d runs at a time, want 1", r.most)
		}
	})
}

func TestEachTriggerAtRestGivesAResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r runner
		triggers := make(chan job)
		out := Latest(t.Context(), triggers, r.run)
		for i := range 3 {
			j := job{name: fmt.Sprint(i), takes: time.Second}
			triggers <- j
			if got := <-out; got != j.name {
				t.Errorf("result of %s, want that of %s", got, j.name)
			}
			if r.ctx.Err() == nil {
				t.Error("the context of a run that is over was not ended")
			}
		}
		close(triggers)
		if _, ok := <-out; ok {
			t.Error("a result without a trigger")
		}
	})
}

func TestResultThatNobodyTookIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r runner
		triggers := make(chan job, 1)
		out := Latest(t.Context(), triggers, r.run)
		triggers <- job{name: "a", takes: time.Second}
		time.Sleep(time.Minute)
		triggers <- job{name: "b", takes: time.Second}
		synctest.Wait()
		close(triggers)
		if got := <-out; got != "b" {
			t.Errorf("result of %s, want that of b", got)
		}
		if got, ok := <-out; ok {
			t.Errorf("a second result, of %s", got)
		}
		wantLog(t, r.log, "a starts", "a ends", "b starts", "b ends")
	})
}

func TestLastResultIsDeliveredAfterTheLastTrigger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r runner
		triggers := make(chan job, 1)
		triggers <- job{name: "a", takes: time.Hour}
		close(triggers)
		out := Latest(t.Context(), triggers, r.run)
		if got := <-out; got != "a" {
			t.Errorf("result %q, want that of a", got)
		}
		if _, ok := <-out; ok {
			t.Error("a second result")
		}
	})
}

func TestEndOfTheContextEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var r runner
		ctx, cancel := context.WithCancel(t.Context())
		triggers := make(chan job, 1)
		out := Latest(ctx, triggers, r.run)
		triggers <- job{name: "a", takes: time.Hour, lasts: time.Minute}
		time.Sleep(time.Second)
		cancel()
		if got, ok := <-out; ok {
			t.Errorf("the result of %s, which was cancelled", got)
		}
		wantLog(t, r.log, "a starts", "a is cancelled")
	})
}
