package tui

import (
	"context"
	"fmt"
	"strings"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workbook"
)

// candidates shows what almost works: repairs of a solved kata, of which most
// are near misses. The learner predicts what the suite says, then it runs.
type candidates struct {
	env   *env
	kata  *course.Kata
	list  []*course.Variant
	at    int
	one   *candidate // the one being judged; nil while choosing
	run   *task
	pager pager
	moved bool // keep the cursor in sight
}

// candidate is one repair: predicted, then run.
type candidate struct {
	variant  *course.Variant
	question *question
	diff     string
	running  bool
	verdict  *grade.Verdict
}

func newCandidates(e *env, k *course.Kata) *candidates {
	s := &candidates{env: e, kata: k, list: k.Candidates()}
	s.run = &task{owner: s}
	return s
}

func (s *candidates) title() string { return "What almost works: " + s.kata.Title }

func (s *candidates) status() string {
	if s.one == nil {
		return fmt.Sprintf("%d of %d", s.at+1, len(s.list))
	}
	if !s.pager.atEnd() {
		return "more ↓"
	}
	return ""
}

func (s *candidates) init() tea.Cmd { return nil }
func (s *candidates) close()        { s.run.stop() }

func (s *candidates) update(msg tea.Msg) tea.Cmd {
	if msg, ok := msg.(verdictMsg); ok && s.one != nil {
		s.one.running, s.moved = false, true
		if msg.verdict.Status != "" {
			s.one.verdict = &msg.verdict
		}
		return warn(msg.err)
	}
	return nil
}

func (s *candidates) actions() []action {
	back := on(s.choose, "esc", "back to the list", "esc")
	switch {
	case s.one == nil:
		move := func(by int) func() tea.Cmd {
			return func() tea.Cmd {
				s.at = max(0, min(len(s.list)-1, s.at+by))
				s.moved = true
				return nil
			}
		}
		return append([]action{
			on(s.open, "enter", "judge it", "enter"),
			on(move(-1), "up", "previous repair", "up", "k").hushed(),
			on(move(1), "down", "next repair", "down", "j").hushed(),
			on(func() tea.Cmd { return send(openMsg{Start{Kind: workbook.RepairStep, ID: s.kata.ID}}) }, "esc", "back to the kata", "esc"),
		}, s.pager.scrolling()[2:]...)
	case s.one.question.feedback != nil:
		return append([]action{
			on(s.choose, "enter", "next repair", "enter").unless(s.one.running, "the suite is still running"),
			back,
		}, s.pager.scrolling()...)
	}
	actions := s.one.question.actions()
	for i, a := range actions {
		do := a.do
		actions[i].do = func() tea.Cmd {
			s.moved = true
			cmd := do()
			if s.one.question.feedback != nil {
				return tea.Batch(cmd, s.try())
			}
			return cmd
		}
	}
	return append(append(actions, back), s.pager.scrolling()[2:]...)
}

func (s *candidates) open() tea.Cmd {
	v := s.list[s.at]
	round := s.env.wb.Ask(s.env.shuffle, s.env.wb.Course.Prediction(s.kata, v))
	s.one = &candidate{variant: v, question: newQuestion(s.env, round), diff: s.env.wb.FromReference(s.kata, v)}
	s.pager.top = 0
	return nil
}

func (s *candidates) choose() tea.Cmd {
	s.run.stop()
	s.one, s.moved = nil, true
	return nil
}

func (s *candidates) try() tea.Cmd {
	v := s.one.variant
	s.one.running = true
	return s.run.start(s.env, func(ctx context.Context) tea.Msg {
		verdict, err := s.env.wb.Try(ctx, s.kata, v)
		return verdictMsg{verdict: verdict, err: err}
	})
}

func (s *candidates) lines(width, height int) []string {
	var out []string
	first, last := 0, 0
	if s.one == nil {
		out, first, last = s.choices(width)
	} else {
		out, first, last = s.judging(width)
	}
	s.pager.set(out, height)
	if s.moved {
		s.pager.reveal(first, last)
		s.moved = false
	}
	return s.pager.window()
}

func (s *candidates) choices(width int) (out []string, first, last int) {
	t := s.env.theme
	out = append(out, wrap("Somebody repaired the kata in each of these ways. Most are refused. Pick one, say what the suite will say, and it runs.", min(width, maxText))...)
	out = append(out, "")
	for i, v := range s.list {
		sign, box := "  ", "[ ] "
		if a, ok := s.env.wb.Log.State().Answered(course.NearMissID(s.kata, v), 1); ok {
			if box = "[~] "; a.Right {
				box = "[x] "
			}
		}
		if i == s.at {
			sign, first = t.cursor.Render("> "), len(out)
		}
		out = append(out, indent(sign+box, s.env.pages.markdown(t, v.Summary, min(width, maxText)-6))...)
		if i == s.at {
			last = len(out) - 1
		}
	}
	return out, first, last
}

func (s *candidates) judging(width int) (out []string, first, last int) {
	t, c := s.env.theme, s.one
	out = append(out, s.env.pages.markdown(t, "**"+strings.TrimRight(c.variant.Summary, ".")+".** Compared with the reference:", width)...)
	out = append(out, "")
	out = append(out, diffLines(t, c.diff)...)
	out = append(out, "")

	shown := *c.question
	if c.running { // what the answer deserves comes from the suite
		shown.feedback, shown.active = nil, false
	}
	body, from, to := shown.lines(width)
	first, last = len(out)+from, len(out)+to
	if c.running {
		first = len(out) + len(body)
		body = append(body, "", t.accent.Render("Running the suite against it."))
		last = len(out) + len(body) - 1
	}
	if c.verdict != nil {
		lines := s.verdict(c.verdict, width)
		at := len(out) + len(body) + 1
		body = append(append(body, ""), lines...)
		last = max(last, min(at+len(lines)-1, first+s.pager.height-1))
	}
	return append(out, body...), first, last
}

// verdict is what the suite said: each test that refused it.
func (s *candidates) verdict(v *grade.Verdict, width int) []string {
	t := s.env.theme
	style := t.bad
	if v.Status == explain.Pass {
		style = t.good
	}
	out := []string{"The suite: " + style.Render(word(v.Status)) + "  " + t.dim.Render(explain.Counts(v.Tests, v.Race, v.Elapsed))}
	for _, test := range v.Tests {
		if test.Status != explain.Fail {
			continue
		}
		out = append(out, t.bad.Render("FAIL")+" "+test.Name)
		for line := range strings.Lines(strings.ReplaceAll(test.Message, "\t", "    ")) {
			out = append(out, indent("     ", wrap(strings.TrimRight(line, "\n"), width-5))...)
		}
	}
	if v.Status != explain.Pass && v.Status != explain.Fail {
		out = append(out, wrap(v.Summary, width)...)
	}
	out = append(out, "")
	if why := s.one.variant.Why; why != "" {
		out = append(out, s.env.pages.markdown(t, "**Why it is refused:** "+why, width)...)
		return append(out, s.env.pages.markdown(t, "What is so: "+s.env.wb.Course.Misconceptions[s.one.variant.Misconception].Truth, width)...)
	}
	return append(out, s.env.pages.markdown(t, "**What it trades:** "+s.one.variant.Trades, width)...)
}
