package kit

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// A Probe is a context that knows what hangs on it. A suite passes it to the
// code under test as the caller's context.
//
// A context that is derived from another one has to hear of its end. If the
// parent has an AfterFunc method, the standard library registers the child
// there, and takes it off again when the child has ended. So the registrations
// of a Probe are the contexts derived from it that nobody has cancelled, and
// the functions of [context.AfterFunc] that have not run and were not stopped.
//
// A Probe sees its children, not their children: of ten contexts below one that
// is derived from it, it counts that one. And a layer that only carries a value
// ([context.WithValue]) hides the AfterFunc method. Of what is derived from
// that layer a Probe counts nothing; the standard library starts a goroutine
// for it instead, which waits for the first of the two to end. So a suite needs
// both: the count, and the leak check of [Bubble].
//
// Make it inside the bubble: time stands still while somebody waits for the
// Done channel of a context from outside.
type Probe struct {
	context.Context // of no value and no deadline

	done chan struct{}

	mu         sync.Mutex
	err        error
	registered map[*registration]bool
}

// A registration is one call of AfterFunc.
type registration struct{ f func() }

// NewProbe returns a Probe that goes on until its Cancel is called.
func NewProbe() *Probe {
	return &Probe{
		Context:    context.Background(),
		done:       make(chan struct{}),
		registered: make(map[*registration]bool),
	}
}

// Live returns how many contexts derived from p have not been cancelled. A
// context that is cancelled in another goroutine is certain not to be counted
// only after [testing/synctest.Wait].
func (p *Probe) Live() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.registered)
}

// Cancel ends p, and with it all that is derived from it. As [context.AfterFunc]
// says, each of those is told in a goroutine of its own, so some may end a
// moment later. Further calls do nothing.
func (p *Probe) Cancel() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return
	}
	p.err = context.Canceled
	close(p.done)
	for r := range p.registered {
		go r.f()
	}
	clear(p.registered)
}

// Done returns a channel that Cancel closes.
func (p *Probe) Done() <-chan struct{} { return p.done }

// Err returns [context.Canceled] once Cancel has been called.
func (p *Probe) Err() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// AfterFunc is what the standard library calls for a context that is derived
// from p: f ends that one. It calls stop when the context has ended by itself.
func (p *Probe) AfterFunc(f func()) (stop func() bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		go f()
		return func() bool { return false }
	}
	r := &registration{f}
	p.registered[r] = true
	return func() bool {
		p.mu.Lock()
		defer p.mu.Unlock()
		stopped := p.registered[r]
		delete(p.registered, r)
		return stopped
	}
}

// SlowCancel returns a context without values and deadline that never ends.
// When a context derived from it is cancelled, everybody who watches that one
// sees its end and acts on it before the cancel function has returned. So a
// goroutine that cancels first, and writes down why afterwards, comes last.
func SlowCancel() context.Context {
	return slowCancel{context.Background(), make(chan struct{})}
}

type slowCancel struct {
	context.Context
	never chan struct{} // not nil, or nothing would be registered
}

func (c slowCancel) Done() <-chan struct{} { return c.never }

// AfterFunc is called when a context is derived, and stop when that one has been
// cancelled, while its cancel function still runs. The caller may hold a mutex
// for which others wait by then, so stop cannot wait as in a bubble.
func (slowCancel) AfterFunc(func()) (stop func() bool) {
	return func() bool {
		for range 100 { // others may be in here as well
			runtime.Gosched()
			all := parseStacks(dump(true))
			if !slices.ContainsFunc(all[1:], func(g goroutine) bool { return g.bubble == all[0].bubble && g.moves() }) {
				break
			}
		}
		return true
	}
}

// moves reports whether g goes on before the clock of its bubble does.
func (g goroutine) moves() bool { return !g.parked() && g.state != "sleep" && !g.drives() }
