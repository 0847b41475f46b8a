package agenda

import (
	"fmt"
	"time"
)

// Clock is how far a session is: the step it is at, and the time that each step
// took. It has no clock of its own: whoever has one calls [Clock.Tick]. The time
// before the session, at steps without minutes, does not count.
type Clock struct {
	At     int // the step, an index
	Paused bool

	steps []Step
	spent []time.Duration // at each step
	until time.Time       // the time that was counted last
}

// NewClock is a session at its first step. The plan has one.
func NewClock(a Agenda) *Clock {
	return &Clock{steps: a.Steps, spent: make([]time.Duration, len(a.Steps))}
}

// Tick counts the time since the last call for the step that the session is at.
// The first call begins to count.
func (c *Clock) Tick(now time.Time) {
	passed := now.Sub(c.until)
	begins := c.until.IsZero()
	c.until = now
	if !begins && !c.Paused && c.steps[c.At].Minutes > 0 && passed > 0 {
		c.spent[c.At] += passed
	}
}

// Go goes to a step; beyond the first or the last it stays there.
func (c *Clock) Go(step int) { c.At = max(0, min(len(c.steps)-1, step)) }

// Planned is how long the step is to take, 0 before the session.
func (c *Clock) Planned() time.Duration { return planned(c.steps[c.At]) }

func planned(s Step) time.Duration { return time.Duration(s.Minutes) * time.Minute }

// Left is what the step has left. It is negative once the time is over.
func (c *Clock) Left() time.Duration { return c.Planned() - c.spent[c.At] }

// Spent is how long the session has taken so far.
func (c *Clock) Spent() time.Duration {
	var all time.Duration
	for _, one := range c.spent {
		all += one
	}
	return all
}

// Whole is how long the plan takes.
func (c *Clock) Whole() time.Duration {
	return time.Duration(Agenda{Steps: c.steps}.Minutes()) * time.Minute
}

// Behind is by how much the session is late, negative if it is early: what it took
// so far, against what the plan has up to here.
func (c *Clock) Behind() time.Duration {
	plan := min(c.spent[c.At], c.Planned())
	for _, s := range c.steps[:c.At] {
		plan += planned(s)
	}
	return c.Spent() - plan
}

// Started reports whether any time was counted.
func (c *Clock) Started() bool { return c.Spent() > 0 }

// Digits is what a step has left, as a timer shows it: "08:42". Once the time is
// over it counts up: "+01:10".
func (c *Clock) Digits() string {
	left, sign := c.Left(), ""
	if left < 0 {
		left, sign = -left, "+"
	} else {
		left += time.Second - 1 // the last second is shown until it is over
	}
	return fmt.Sprintf("%s%02d:%02d", sign, left/time.Minute, left%time.Minute/time.Second)
}

// Pace says how the session keeps to its plan: "on time", "2 min behind".
func (c *Clock) Pace() string {
	switch late := c.Behind(); {
	case late >= time.Minute:
		return fmt.Sprintf("%d min behind", late/time.Minute)
	case late <= -time.Minute:
		return fmt.Sprintf("%d min ahead", -late/time.Minute)
	}
	return "on time"
}

// Place says how far the session is: "17 of 90 min".
func (c *Clock) Place() string {
	return fmt.Sprintf("%d of %d min", c.Spent()/time.Minute, c.Whole()/time.Minute)
}
