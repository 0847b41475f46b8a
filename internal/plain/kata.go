package plain

import (
	"context"
	"fmt"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workbook"
)

// Brief writes what a kata is about and where its file is.
func (s *Session) Brief(k *course.Kata) {
	s.say("Kata %d: %s", k.Number, flat(k.Title))
	s.text(wrap(fmt.Sprintf("About %d minutes. Lessons: %s.", k.Minutes, s.lessonsOf(k)), "", ""))
	if m := s.wb.Course.ModuleOf(k.After()); m != nil {
		s.text(wrap(fmt.Sprintf("Module: %s. %s", flat(m.Title), flat(m.About)), "", ""))
	}
	for _, part := range []struct{ title, text string }{
		{"Incident", k.Incident}, {"Restore", k.Restore}, {"Keep", k.Keep}, {"Rules", k.Rules}, {"Fine print", k.FinePrint},
	} {
		if part.text == "" {
			continue
		}
		s.say("\n%s", part.title)
		s.text(paragraphs(part.text))
	}
	s.say("\n%s: %s", fileOf(k), s.path(k))
}

// fileOf is what a learner does with the kata's file.
func fileOf(k *course.Kata) string {
	if k.AsksForATest() {
		return "The test to write"
	}
	return "The file to repair"
}

func (s *Session) lessonsOf(k *course.Kata) string {
	var titles []string
	for _, id := range k.Lessons {
		if l := s.wb.Course.Lesson(id); l != nil {
			titles = append(titles, fmt.Sprintf("%d %s", l.Number, flat(l.Title)))
		}
	}
	return strings.Join(titles, "; ")
}

// path is where what the learner repairs is.
func (s *Session) path(k *course.Kata) string {
	if s.wb.InClone() != nil {
		return k.Repaired() + " (in a workspace or clone of leakproof)"
	}
	return s.wb.Space.Repaired(k)
}

// Headline is a verdict in one line.
func Headline(k *course.Kata, v grade.Verdict) string {
	return explain.Headline(k.Number, flat(k.Title), v.Status, printable(v.Summary))
}

// Judged writes how the learner's test judged one implementation.
func (s *Session) Judged(one explain.Test) {
	mark := "Right"
	if one.Status != explain.Pass {
		mark = "Not yet"
	}
	s.text(wrap(fmt.Sprintf("%s: %s.", mark, strings.TrimSuffix(printable(one.Message), ".")), "", "  "))
}

// maxDetail is how many lines of compiler output or stacks are worth reading
// out; the first ones name the place.
const maxDetail = 40

// Verdict writes a verdict: the summary in one line, each failed test with its
// message, and where the file is or, after a pass, what comes next.
func (s *Session) Verdict(k *course.Kata, v grade.Verdict) {
	s.findings(k, v)
	if v.Status == explain.Pass {
		s.say("Next: %s", s.next())
		return
	}
	s.say("\nYour file: %s", s.path(k))
}

// findings writes a verdict without what is to be done about it.
func (s *Session) findings(k *course.Kata, v grade.Verdict) {
	s.say("%s", Headline(k, v))
	if known := k.Recognise(explain.Pattern(v.Status, v.Tests)); known != nil {
		s.text(wrap(flat(explain.NearMiss(known.Summary, known.Why)), "", ""))
	}
	s.happened(v, "")
	followers := explain.Followers(v.Tests, v.Findings)
	for _, t := range v.Tests {
		if t.Status != explain.Fail {
			continue
		}
		s.say("\nFailed: %s", t.Name)
		if t.Message != "" {
			s.text(indent(printable(t.Message), "  "))
		}
		if t.File != "" {
			s.say("  The test: %s, line %d", t.File, t.Line)
		}
		if first := followers[t.Name]; first != "" {
			s.say("  %s", explain.FailsLike(first))
			continue
		}
		s.happened(v, t.Name)
		if p := k.Behind(t.Name, t.Message); p != nil {
			m := s.wb.Course.Misconceptions[p.Misconception]
			s.text(wrap(fmt.Sprintf("%s Lesson %d, %s.", flat(explain.Behind(m.Says, m.Truth)), p.Lesson.Number, flat(p.Section.Title)), "  ", "  "))
		}
	}
	if v.Detail != "" && v.Status != explain.Pass {
		s.say("")
		s.text(indent(cut(printable(v.Detail), maxDetail), "  "))
	}
	for _, note := range v.Notes {
		s.text(wrap("Note: "+printable(note), "", ""))
	}
}

// happened explains what went wrong in a test, or in the run as a whole if the
// name is "".
func (s *Session) happened(v grade.Verdict, test string) {
	for _, f := range explain.FindingsOf(v.Findings, test) {
		s.text(wrap(printable(f.Sentence()), "  ", "  "))
	}
}

// worthTelling is how many packages take long enough to compile to be told of.
const worthTelling = 20

// warm compiles what the kata's suite needs ahead of its first run, and says
// so where that takes a while. What goes wrong is told by the run.
func (s *Session) warm(ctx context.Context, k *course.Kata) {
	told := false
	_ = s.wb.Warm(ctx, k, func(_, total int) {
		if total >= worthTelling && !told {
			told = true
			s.say("Compiling %d packages for the race detector, once on this machine. That takes a minute.", total)
		}
	})
}

// cut keeps the first lines of a text and says how many are left out.
func cut(text string, most int) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if len(lines) <= most {
		return text
	}
	return strings.Join(lines[:most], "\n") + fmt.Sprintf("\n(%d more lines)", len(lines)-most)
}

// next is the next thing to do, in words.
func (s *Session) next() string {
	step, ok := s.wb.Next()
	if !ok {
		return workbook.AllDone
	}
	return describe(step) + "."
}

// describe names a step and how far it is: "kata 23, Leaky fan-out (20 minutes)".
func describe(step workbook.Step) string {
	return fmt.Sprintf("%s (%s)", flat(step.Name()), step.Detail)
}

// Hint shows a kata's hint of a tier; 0 is the first that was not shown yet,
// or the last one again.
func (s *Session) Hint(ctx context.Context, k *course.Kata, tier int) error {
	seen := s.wb.Log.State().HintTier(k.ID)
	if tier == 0 {
		tier = min(seen+1, len(k.Hints))
	}
	var hint course.Hint
	var err error
	s.patiently(func() { hint, err = s.wb.Hint(ctx, k, tier) })
	if hint.Text == "" {
		return err
	}
	s.saved(err)
	s.say("Hint %d of %d: %s\n", tier, len(k.Hints), flat(hint.Title))
	s.text(paragraphs(hint.Text))
	if tier == len(k.Hints) {
		if diff := s.wb.PartialDiff(k); diff != "" {
			s.say("\n%s", workbook.PartialRepair)
			s.text(diff)
		}
		s.say("\nThat is the last hint.")
	}
	return nil
}

// Compare shows how the learner's file differs from an accepted repair, and
// reports whether it did; without a variant it asks for one. Before the kata is
// solved it asks, unless the learner is sure, because the difference is a
// solution.
func (s *Session) Compare(ctx context.Context, k *course.Kata, v *course.Variant, sure bool) (bool, error) {
	if err := s.wb.InClone(); err != nil {
		return false, err
	}
	if !sure && !s.wb.Log.State().KataSolved(k.ID) {
		yes, err := s.Confirm(ctx, workbook.NotSolved(k),
			"Show a solution", "Keep it hidden")
		if !yes || err != nil {
			return false, err
		}
	}
	accepted := append([]*course.Variant{k.Variant("solution")}, k.Alternatives()...)
	if v == nil {
		var err error
		if v, err = s.pick(ctx, accepted); v == nil {
			return false, err
		}
	}
	diff, err := s.wb.Diff(k, v)
	if err != nil {
		return false, err
	}
	s.text(wrap(flat(v.Summary), v.ID+": ", ""))
	s.text(wrap(flat(workbook.Trades(v)), "", ""))
	if diff == "" {
		s.say(workbook.Same)
	} else {
		s.say("\nLines with - are yours, lines with + are those of %s.", v.ID)
		s.text(s.theirs(diff))
	}
	for _, other := range accepted {
		if other != v {
			s.text(wrap(flat(other.Summary), "Also accepted, "+other.ID+": ", ""))
		}
	}
	return true, nil
}

// pick asks for one of the accepted repairs; nil is none.
func (s *Session) pick(ctx context.Context, accepted []*course.Variant) (*course.Variant, error) {
	s.say("Compare with:")
	var list []choice
	for i, v := range accepted {
		s.text(wrap(v.ID+": "+flat(v.Summary), fmt.Sprintf("%d. ", i+1), "   "))
		list = append(list, choice{number: i + 1})
	}
	s.say("0. None of them")
	c, err := s.choose(ctx, append(list, choice{number: 0}))
	if err != nil || c.number == 0 {
		return nil, err
	}
	return accepted[c.number-1], nil
}

// Reset puts a kata back to its start and says where the learner's files went.
// It asks first, unless the learner is sure, and reports whether it was done.
func (s *Session) Reset(ctx context.Context, k *course.Kata, sure bool) (bool, error) {
	if err := s.wb.InClone(); err != nil {
		return false, err
	}
	if !sure {
		yes, err := s.Confirm(ctx, s.wb.AskReset(k),
			"Reset", "Leave everything as it is")
		if !yes || err != nil {
			return false, err
		}
	}
	var backups []string
	var err error
	s.patiently(func() { backups, err = s.wb.Reset(ctx, k) })
	if err != nil && len(backups) == 0 {
		return false, err
	}
	s.say("%s", workbook.AtStart(k, backups))
	for _, b := range backups {
		s.say("%s", workbook.Kept([]string{b}))
	}
	s.saved(err)
	return true, nil
}

// edit opens the kata's file where the last verdict points. A failure is told,
// not fatal.
func (s *Session) edit(k *course.Kata, last *grade.Verdict) {
	name, line := workbook.PlaceOf(k, last)
	cmd, info, err := s.wb.Edit(k, name, line)
	if err == nil {
		if info.Terminal {
			err = s.run(cmd)
		} else {
			err = s.start(cmd)
		}
	}
	switch {
	case err != nil:
		s.say("The file was not opened: %v. It is %s", err, s.path(k))
	case !info.Terminal:
		s.say("Opened in %s.", info.Name)
	}
}
