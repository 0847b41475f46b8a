package kit

import "sync/atomic"

// A Gauge counts the calls that are inside a fake. The zero value counts none.
// It may be used by several goroutines.
type Gauge struct{ live atomic.Int64 }

// Enter counts one call until the function it returns is called:
//
//	defer calls.Enter()()
func (g *Gauge) Enter() (leave func()) {
	g.live.Add(1)
	return func() { g.live.Add(-1) }
}

// Live returns how many calls are inside. After [testing/synctest.Wait] the
// answer is exact: every call has got as far as it can.
func (g *Gauge) Live() int { return int(g.live.Load()) }
