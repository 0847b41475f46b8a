package kit

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// freezeLimit is real time. A bubble of these suites ends within a second, even
// on a machine that is busy with other things. The tests of this package lower it.
var freezeLimit = 10 * time.Second

// exit ends the process with a FAIL line for the test and the goroutines that
// kept the bubble from ending. It runs outside the bubble, in real time.
//
// Nothing less than the end of the process will do: a frozen bubble cannot be
// left, so the test function cannot return, and no later test can start.
func (b *bubble) exit() {
	var text string
	if holders := b.holders(); len(holders) > 0 {
		text = fmt.Sprintf("virtual time stood still for %v of real time: it moves only while every goroutine waits for a\n"+
			"channel, a timer, a sync.WaitGroup or a sync.Cond. In the way (a mutex, real I/O, or a loop without a pause):\n%s",
			freezeLimit, report(holders))
		if rest := b.durable(); len(rest) > 0 && waitsForMutex(holders) {
			text += "\nMeanwhile these wait, and one of them may hold the mutex:\n" + report(rest)
		}
	} else {
		text = fmt.Sprintf("the test had not ended after %v of real time: virtual time moves, but goroutines wake again and again:\n%s",
			freezeLimit, report(b.goroutines()))
	}
	if b.ended.Load() {
		return
	}
	fmt.Printf("%s--- FAIL: %s (%.2fs)\n    %s\n%sFAIL\n",
		marker(), b.test, freezeLimit.Seconds(), strings.ReplaceAll(text, "\n", "\n    "), marker())
	os.Exit(1)
}

// holders returns the goroutines of the bubble that were not durably blocked in
// any of fifty looks. A goroutine that wakes again and again is not among them:
// some looks find it asleep.
func (b *bubble) holders() []goroutine {
	seen := make(map[string]int)
	var last []goroutine
	const looks = 50
	for range looks {
		last = b.goroutines()
		for _, g := range last {
			if !g.durable && g.state != "synctest.Wait" {
				seen[g.id]++
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	var found []goroutine
	for _, g := range last {
		if seen[g.id] == looks {
			found = append(found, g)
		}
	}
	return found
}

// waitsForMutex reports whether one of the goroutines waits for a lock.
func waitsForMutex(all []goroutine) bool {
	return slices.ContainsFunc(all, func(g goroutine) bool { return strings.HasPrefix(g.state, "sync.") })
}

// durable returns the goroutines of the bubble that do let virtual time move.
func (b *bubble) durable() []goroutine {
	var found []goroutine
	for _, g := range b.goroutines() {
		if g.durable {
			found = append(found, g)
		}
	}
	return found
}

// marker returns what starts a line that go test -json reads as an event.
// Package testing writes it before each of its own such lines.
func marker() string {
	if f := flag.Lookup("test.v"); f != nil && f.Value.String() == "test2json" {
		return "\x16"
	}
	return ""
}
