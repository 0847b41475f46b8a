package kit

import (
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Settle returns when every other goroutine of the process is parked: each of
// them waits for another goroutine, at a channel, in a select, for a lock, a
// [sync.WaitGroup] or a [sync.Cond], or has ended. From then on nothing happens
// until the caller does something. It is what [testing/synctest.Wait] is in a
// bubble, for suites that cannot have one: a goroutine that waits for a mutex
// keeps the clock of a bubble from moving, and a right answer may well hold a
// mutex while a fake is waiting.
//
// Settle never returns early. It takes one picture of all goroutines, for which
// the runtime stops the world, and believes only states that it knows to be
// waits. Whatever else a goroutine does makes it busy, and Settle looks again:
// it runs or could run, allocates while the collector is at work, makes a
// system call, waits for the network, or sleeps. A sleep ends by itself, so
// Settle waits until it is over, in real time.
//
// Three things it cannot see, so do without them in a suite that calls it: a
// timer that will send to a channel or call a function, a finalizer that has
// yet to run, and a goroutine that is woken from outside of the process.
//
// Unlike [testing/synctest.Wait], Settle orders nothing for the race detector:
// if one goroutine is started before it and another one after it, and both
// touch the same variable, they are reported. A suite can have two calls meet
// that way, without any danger that they really do.
//
// When the others have been busy for 10 s, Settle fails t with their names and
// lines, and ends it. It must be called by the goroutine of t, and not in a
// bubble. One call costs the time in which the others come to rest, and some
// tenths of a millisecond for every look.
func Settle(t testing.TB) {
	t.Helper()
	start, pause := time.Now(), 10*time.Microsecond
	for look := 1; ; look++ {
		runtime.Gosched()
		all := parseStacks(dump(true))
		if all[0].bubble != "" { // the caller's, which comes first
			t.Fatal("kit.Settle was called in a bubble; there it is synctest.Wait that waits for the others")
		}
		live := liveBubbles(all)
		busy := slices.DeleteFunc(all[1:], func(g goroutine) bool {
			return g.parked() || g.bubble != "" && !live[g.bubble]
		})
		if len(busy) == 0 {
			return
		}
		if look > settleLooks {
			if known := restless.among(busy); len(known) > 0 {
				t.Fatalf("goroutines are busy that have been so for %v before, in this test or an earlier one;\n"+
					"nothing can be said while they go on:\n%s", freezeLimit, report(known))
			}
			if time.Since(start) > freezeLimit {
				restless.add(busy)
				t.Fatalf("goroutines did not come to rest within %v; a call that has to wait must wait at a lock or a channel,\n"+
					"and neither spin nor sleep and look again. Busy are:\n%s", freezeLimit, report(busy))
			}
		}
		time.Sleep(pause)
		pause = min(2*pause, time.Millisecond)
	}
}

// settleLooks is how often Settle looks at least before it gives up: on a
// machine that was suspended, time passes without a look.
const settleLooks = 100

// waits are the states, as stack dumps name them, that only another goroutine
// can end. A list of the states that are busy would have to be complete; this
// one only has to be right.
var waits = []string{
	"chan receive", "chan receive (nil chan)", "chan send", "chan send (nil chan)", "select", "select (no cases)",
	"sync.Mutex.Lock", "sync.RWMutex.Lock", "sync.RWMutex.RLock", "sync.WaitGroup.Wait", "sync.Cond.Wait",
	"coroutine", // of iter.Pull, between two values
}

// parked reports whether g cannot go on by itself.
func (g goroutine) parked() bool {
	return slices.Contains(waits, g.state) || g.ofTheRuntime()
}

// liveBubbles returns the bubbles that somebody drives: that goroutine is in
// none of the waits, so a live bubble is busy until it ends. What a bubble has
// left behind stays as it is, sleepers included: its clock has stopped.
func liveBubbles(all []goroutine) map[string]bool {
	live := make(map[string]bool)
	for _, g := range all {
		live[g.bubble] = live[g.bubble] || g.drives()
	}
	return live
}

// drives reports whether g is the goroutine that moves the clock of its bubble.
func (g goroutine) drives() bool {
	return slices.ContainsFunc(g.frames, func(f frame) bool { return f.function == "internal/synctest.Run" })
}

// ofTheRuntime reports whether g belongs to the Go runtime and runs none of the
// module's code: such goroutines come and go as the runtime likes. Most of them
// are not in a dump at all. Those that receive signals, write profiles or trace
// are, and what the environment variable GOTRACEBACK=system adds.
func (g goroutine) ofTheRuntime() bool {
	if len(g.frames) > 0 && g.frames[0].function == "os/signal.signal_recv" {
		return g.state == "syscall"
	}
	starter := g.starter.function
	own := strings.HasPrefix(starter, "runtime.") || strings.HasPrefix(starter, "runtime/")
	return own && !slices.ContainsFunc(g.frames, frame.ofInterest)
}

// restless are the goroutines that Settle has given up on. They are remembered
// so that later tests do not wait for them as long again.
var restless restlessList

type restlessList struct {
	mu  sync.Mutex
	ids []string
}

func (l *restlessList) add(all []goroutine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, g := range all {
		l.ids = append(l.ids, g.id)
	}
}

// among returns those of the goroutines that are on the list.
func (l *restlessList) among(all []goroutine) []goroutine {
	l.mu.Lock()
	defer l.mu.Unlock()
	var found []goroutine
	for _, g := range all {
		if slices.Contains(l.ids, g.id) {
			found = append(found, g)
		}
	}
	return found
}
