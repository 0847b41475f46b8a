package ticker_test

import (
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	ticker "example.com/leakproof/katas/02-ticker"
	"example.com/leakproof/katas/internal/kit"
)

const (
	ttl      = 5 * time.Minute
	interval = time.Minute
)

func note(id string) ticker.Note { return ticker.Note{ID: id, Title: "Note " + id} }

// closing closes a cache, in a bubble, and ends t if Close panics or waits.
func closing(t *testing.T, c *ticker.Cache, what string) {
	t.Helper()
	returned, began := &call{}, time.Now()
	go returned.run(c.Close)
	synctest.Wait()
	for time.Since(began) < 2*interval && !returned.ended.Load() && returned.panics.Load() == nil {
		time.Sleep(time.Second)
	}
	returned.want(t, what, "Restore 2")
	if took := time.Since(began); took > 0 {
		t.Fatalf("%s, and it returned only %v later;\nit waits for a sweep under way and for nothing else (Restore 2)", what, took)
	}
}

// giveWay lets the other goroutines of a bubble go on, which has one processor.
// It is for those who may wait for a mutex, which synctest.Wait does not know.
func giveWay() {
	for range 100 {
		runtime.Gosched()
	}
}

// A gate is an evicted that does not return before it is open.
type gate struct{ entered, open chan bool }

func (g *gate) evicted(ticker.Note) {
	select {
	case g.entered <- true:
	case <-g.open:
	}
	<-g.open
}

// wait returns when a sweep has come to evicted.
func (g *gate) wait(t *testing.T) {
	t.Helper()
	select {
	case <-g.entered:
	case <-time.After(20 * time.Second): // real ones: there is no sweep
		close(g.open)
		t.Fatal("a note was to be evicted after a millisecond, and was not (Keep 3)")
	}
}

// A call is a function in a goroutine of its own.
type call struct {
	ended  atomic.Bool
	panics atomic.Value
}

func (c *call) run(f func()) {
	defer func() {
		if p := recover(); p != nil {
			c.panics.Store(fmt.Sprint(p))
		}
	}()
	f()
	c.ended.Store(true)
}

// want ends t if the call has panicked, or waits.
func (c *call) want(t *testing.T, what, clause string) {
	t.Helper()
	if p := c.panics.Load(); p != nil {
		t.Fatalf("%s, and it panicked: %v (%s)", what, p, clause)
	}
	if !c.ended.Load() {
		t.Fatalf("%s, and it does not return;\nit waits, and nobody is left who could wake it (%s)", what, clause)
	}
}

// start calls f and returns when all goroutines wait or have ended. There is no
// bubble, as a right repair may wait for a mutex, which would stop its clock.
func start(t *testing.T, f func()) *call {
	t.Helper()
	c := &call{}
	go c.run(f)
	kit.Settle(t)
	return c
}

func (c *call) wantEnded(t *testing.T, what, clause string) {
	t.Helper()
	kit.Settle(t)
	c.want(t, what, clause)
}
