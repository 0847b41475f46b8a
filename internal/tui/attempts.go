package tui

import (
	"context"
	"fmt"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/workbook"
)

// attempts lists the versions of a kata's file that were checked, and compares
// one of them with the present file.
type attempts struct {
	list     []workbook.Attempt
	cursor   int
	compared string // hash of the one compared; "" shows the list
	diff     string
	follow   bool // keep the cursor in sight
}

type attemptsMsg struct {
	list     []workbook.Attempt
	compared string
	diff     string
	err      error
}

// when says when an attempt was checked.
func when(a workbook.Attempt) string { return a.At.Local().Format("2 Jan 15:04:05") }

// showAttempts reads the list anew and, with a hash, compares that version with
// the file as it is now.
func (s *repair) showAttempts(hash string) tea.Cmd {
	return s.listing.start(s.env, func(context.Context) tea.Msg {
		list, err := s.env.wb.Attempts(s.kata)
		msg := attemptsMsg{list: list, err: err}
		if err == nil && hash != "" {
			msg.compared = hash
			msg.diff, msg.err = s.env.wb.AttemptDiff(s.kata, hash)
		}
		return msg
	})
}

func (s *repair) tookAttempts(msg attemptsMsg) tea.Cmd {
	a := &s.attempts
	selected := ""
	if a.cursor < len(a.list) {
		selected = a.list[a.cursor].Hash
	}
	a.list, a.cursor, a.follow = msg.list, 0, true
	for i, at := range a.list {
		if at.Hash == selected {
			a.cursor = i
		}
	}
	if msg.err != nil {
		a.compared = ""
		return warn(msg.err)
	}
	if a.compared != msg.compared {
		s.pagers[attemptsTab].top = 0
	}
	a.compared, a.diff = msg.compared, msg.diff
	return nil
}

func (a *attempts) actions(s *repair) []action {
	if len(a.list) == 0 {
		return nil
	}
	selected := a.list[a.cursor]
	restore := on(func() tea.Cmd { return s.restore(selected) }, "o", "put it back", "o")
	if a.compared != "" {
		back := func() tea.Cmd {
			s.listing.stop()
			a.compared, a.follow = "", true
			return nil
		}
		return []action{restore, on(back, "esc", "back to the list", "esc")}
	}
	move := func(by int) func() tea.Cmd {
		return func() tea.Cmd {
			a.cursor = max(0, min(len(a.list)-1, a.cursor+by))
			a.follow = true
			return nil
		}
	}
	return []action{
		on(func() tea.Cmd { return s.showAttempts(selected.Hash) }, "enter", "compare with now", "enter"),
		restore,
		on(move(-1), "up", "previous attempt", "up", "k").hushed(),
		on(move(1), "down", "next attempt", "down", "j").hushed(),
	}
}

// lines draws the page; at is the line of the cursor, -1 where there is none.
func (a *attempts) lines(e *env, width int) (out []string, at int) {
	t := e.theme
	switch {
	case len(a.list) == 0:
		return wrap("Each version that the suite has checked will be listed here: to compare it with the present one, or to put it back.", min(width, maxText)), -1
	case a.compared != "":
		for _, line := range wrap("From the attempt of "+when(a.list[a.cursor])+" to your file now", width) {
			out = append(out, t.bold.Render(line))
		}
		out = append(out, t.dim.Render("o puts it back, esc shows the list."), "")
		if a.diff == "" {
			return append(out, t.good.Render("They say the same, word for word.")), -1
		}
		return append(out, compareLines(t, a.diff, width, "then", "now")...), -1
	}
	for i, attempt := range a.list {
		sign, text := "  ", fmt.Sprintf("%2d  %s", i+1, when(attempt))
		if i == a.cursor {
			at, sign, text = len(out), "> ", t.cursor.Render(text)
		}
		style := t.bad
		if attempt.Status == "pass" {
			style = t.good
		}
		failed := ""
		if n := len(attempt.Failed); n > 0 {
			failed = fmt.Sprintf(", %d failed", n)
		}
		out = append(out, sign+text+"  "+style.Render(attempt.Status)+failed+t.dim.Render("  "+attempt.Hash[:min(len(attempt.Hash), 12)]))
	}
	out = append(out, "")
	for _, line := range wrap("enter compares one with your file now, o puts it back.", width) {
		out = append(out, t.dim.Render(line))
	}
	return out, at
}
