package room

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The words that the page, the screen and the lines share.

// Span says a length of time as a person would, in whole minutes, hours or days, for sentences such as "for 12 min".
func Span(d time.Duration) string {
	switch minutes := int(d.Minutes()); {
	case minutes < 1:
		return "less than a minute"
	case minutes < 60:
		return fmt.Sprintf("%d min", minutes)
	case minutes < 24*60 && minutes%60 == 0:
		return fmt.Sprintf("%d h", minutes/60)
	case minutes < 24*60:
		return fmt.Sprintf("%d h %d min", minutes/60, minutes%60)
	case minutes < 48*60:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", minutes/(24*60))
	}
}

// People says how many there are.
func People(n int) string {
	if n == 1 {
		return "1 person"
	}
	return strconv.Itoa(n) + " people"
}

// StatusWord says what the newest verdict of a kata was.
func StatusWord(status string) string {
	switch status {
	case "":
		return "no verdict yet"
	case "pass":
		return "solved"
	case "fail":
		return "fails"
	case "compile-error":
		return "does not compile"
	case "timeout":
		return "ran out of time"
	case "untrusted":
		return "cannot be trusted"
	}
	return status
}

// Doing says where a person is, in which state and since when.
func (p Person) Doing() (where, state string, since time.Time) {
	switch {
	case !p.LeftAt.IsZero():
		return cmp.Or(p.Kata, p.Lesson), "left", p.LeftAt
	case p.Kata != "":
		return p.Kata, StatusWord(p.Status), p.Since
	case p.Lesson != "":
		return p.Lesson, "reading", p.LastAt
	default:
		return "", "joined", p.JoinedAt
	}
}

// Still says since when nobody has moved, at a time of the board's clock.
func (v View) Still(now time.Time) string {
	if v.StillSince.IsZero() {
		return "No verdict yet"
	}
	return "No new pass for " + Span(now.Sub(v.StillSince))
}

// JoinLine is what a participant types. Asked is where the view came from: that another machine reaches, too, only the board
// knows, and an old one does not say it.
func (v View) JoinLine(asked string) string { return JoinLine(cmp.Or(v.Address, asked), v.Code.Code) }

// Holds says how long a join code does.
func (c JoinCode) Holds(now time.Time) string {
	switch {
	case c.Code == "":
		return "This board does not know the join code any more. Make a new one."
	case !c.Expires.After(now):
		return "It has expired. Make a new one."
	}
	return "It holds for " + Span(c.Expires.Sub(now)) + "."
}

// JoinLine is what a participant types. Without a code, the command asks for it.
func JoinLine(address, code string) string {
	return strings.TrimSpace("leakproof join " + address + " " + code)
}

// Timer says what is left of the step that the room is in ("7:49 left", "0:12 over"), and which part of it is spent, 0 to 1.
// It says "" of a step without a limit, or one that nobody has begun.
func (a Agenda) Timer(now time.Time) (clock, word string, spent float64) {
	limit := time.Duration(a.Steps[a.Step].Minutes) * time.Minute
	if limit <= 0 || a.Began.IsZero() {
		return "", "", 0
	}
	passed := max(now.Sub(a.Began), 0)
	left, word := limit-passed, "left"
	if left < 0 {
		left, word = -left, "over"
	}
	seconds := int(left.Seconds())
	return fmt.Sprintf("%d:%02d", seconds/60, seconds%60), word, min(1, passed.Seconds()/limit.Seconds())
}

// News says in sentences what has changed from one view to the next: what a person who does not see the board wants to hear.
func News(before, after View) []string {
	var out []string
	if a, b := before.Agenda, after.Agenda; b != nil && (a == nil || a.Step != b.Step) {
		out = append(out, fmt.Sprintf("Step %d of %d: %s.", b.Step+1, len(b.Steps), b.Steps[b.Step].Title))
	}
	if before.Code.Code != after.Code.Code && after.Code.Code != "" {
		out = append(out, "The join code is now "+after.Code.Code+".")
	}
	known := map[string]Person{}
	for _, p := range before.People {
		known[p.Participant] = p
	}
	for _, p := range after.People {
		old, ok := known[p.Participant]
		switch {
		case !ok && p.LeftAt.IsZero():
			out = append(out, p.Name+" joined.")
		case !ok: // and left, since
		case p.Solved > old.Solved:
			out = append(out, p.Name+" solved "+p.Kata+".")
		case !p.LeftAt.IsZero() && old.LeftAt.IsZero():
			out = append(out, p.Name+" left.")
		case p.LeftAt.IsZero() && !old.LeftAt.IsZero():
			out = append(out, p.Name+" is back.")
		}
		delete(known, p.Participant)
	}
	for _, p := range before.People {
		if _, left := known[p.Participant]; left && p.LeftAt.IsZero() {
			out = append(out, p.Name+" left.")
		}
	}
	stuck := map[string]int{}
	for _, s := range before.Stuck {
		stuck[s.Kata+" "+s.ID] = s.People
	}
	for _, s := range after.Stuck {
		if s.People > stuck[s.Kata+" "+s.ID] {
			out = append(out, fmt.Sprintf("%s stuck in %s. Say: %s", People(s.People), s.Kata, strings.TrimSpace(s.Truth)))
		}
	}
	return out
}
