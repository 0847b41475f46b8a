package tui

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// maxFPS is the highest rate that Bubble Tea offers: that of the first frames.
	maxFPS = 120
	// awake is the time between two looks at the view while things happen: a
	// key press waits for the next one, and Bubble Tea's shortest is 8 ms.
	awake = 2 * time.Millisecond
	// asleep is that time while nothing does. It is not for ever, so that a
	// frame which the last look before it missed still comes.
	asleep = time.Second
	// restAfter is how long nothing has to happen before the clock goes to
	// sleep.
	restAfter = 100 * time.Millisecond
)

// A frameClock sets the pace of Bubble Tea's renderer by what happens.
//
// The renderer looks for a new view at a constant rate, for as long as the
// program runs. A clock of 120 a second alone costs a percent of a processor,
// in a program that stays open all day beside an editor; one of 30 makes every
// key press wait. Bubble Tea has no option for a rate that changes, so the
// clock reaches for its ticker. Where it does not find it, a version with
// another renderer, the rate stays constant and a test says so.
type frameClock struct {
	mu      sync.Mutex
	program *tea.Program
	ticker  *time.Ticker
	rest    *time.Timer
	resting bool
}

// happened is called for each message of the program, in its event loop.
func (c *frameClock) happened() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ticker == nil {
		if c.ticker = tickerOf(c.program); c.ticker == nil {
			return
		}
		c.resting = true
		c.rest = time.AfterFunc(restAfter, c.slow)
	}
	if c.resting {
		c.ticker.Reset(awake)
		c.resting = false
	}
	c.rest.Reset(restAfter)
}

func (c *frameClock) slow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ticker.Reset(asleep)
	c.resting = true
}

// stop is called when the program has ended.
func (c *frameClock) stop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest != nil {
		c.rest.Stop()
	}
}

// tickerOf is the renderer's ticker of a running program, or nil.
func tickerOf(p *tea.Program) *time.Ticker {
	field := reflect.ValueOf(p).Elem().FieldByName("ticker")
	if !field.IsValid() || field.Type() != reflect.TypeFor[*time.Ticker]() {
		return nil
	}
	return (*time.Ticker)(field.UnsafePointer())
}
