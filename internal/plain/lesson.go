package plain

import (
	"context"
	"errors"
	"fmt"
	"path"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// PrintLesson writes the whole lesson without a pause. Its questions are shown
// and left open.
func (s *Session) PrintLesson(l *course.Lesson) {
	s.lessonHead(l)
	for i, section := range l.Sections {
		s.sectionHead(l, i)
		for _, b := range section.Blocks {
			if b.Kind == course.Checkpoint {
				s.say("\nQuestion.")
				s.question(b.Question, straight(b.Question))
				s.say("Answer it with: leakproof quiz %d", l.Number)
				continue
			}
			s.block(l, b)
		}
	}
}

// Lesson reads a lesson with the learner, section by section, from the first
// one not read yet. Its questions are asked where they stand.
func (s *Session) Lesson(ctx context.Context, l *course.Lesson) error {
	return s.ended(s.lesson(ctx, l))
}

func (s *Session) lesson(ctx context.Context, l *course.Lesson) error {
	s.lessonHead(l)
	for at := s.firstUnread(l); ; {
		if err := s.section(ctx, l, at); err != nil {
			return err
		}
		c, err := s.turn(ctx, l, at)
		if errors.Is(err, errBack) {
			return nil
		}
		if err != nil {
			return err
		}
		at = c
	}
}

// firstUnread is where to go on; a lesson that was read starts anew.
func (s *Session) firstUnread(l *course.Lesson) int {
	state := s.wb.Log.State()
	for i, section := range l.Sections {
		if !state.SectionRead(l.ID, section.ID) {
			return i
		}
	}
	return 0
}

// turn asks where to go from a section. What can be done is numbered from 1
// without a gap, and 0 leaves.
func (s *Session) turn(ctx context.Context, l *course.Lesson, at int) (int, error) {
	next := at
	var list []choice
	add := func(text string, do func(context.Context) error) {
		list = append(list, choice{len(list) + 1, text, do})
	}
	goTo := func(section int) func(context.Context) error {
		return func(context.Context) error { next = section; return nil }
	}
	if at+1 < len(l.Sections) {
		add("Next section: "+flat(l.Sections[at+1].Title), goTo(at+1))
	} else {
		s.say("\nThis is the end of the lesson.")
		add("Finish the lesson", back)
	}
	if at > 0 {
		add("Previous section", goTo(at-1))
	}
	add("This section again", goTo(at))
	stay := len(list) // what is numbered beyond leads back here
	s.sectionChoices(l.Sections[at], add)
	list = append(list, choice{0, "Back", back})
	s.say("")
	for _, c := range list {
		s.say("%d. %s", c.number, c.text)
	}
	c, err := s.choose(ctx, list)
	if err != nil {
		return 0, err
	}
	if err := c.do(ctx); err != nil {
		return 0, err
	}
	if c.number > stay {
		return s.turn(ctx, l, at)
	}
	return next, nil
}

// sectionChoices adds the programs of a section that can be run, and its tasks.
func (s *Session) sectionChoices(section *course.Section, add func(text string, do func(context.Context) error)) {
	for _, b := range section.Blocks {
		switch b.Kind {
		case course.Run:
			add("Run the program in "+path.Dir(b.File), func(ctx context.Context) error { return s.program(ctx, b.File) })
		case course.Task:
			done := s.wb.Log.State().Ticked(b.Task)
			text := "Tick: "
			if done {
				text = "Untick: "
			}
			add(text+flat(b.Text), func(ctx context.Context) error {
				s.save(ctx, func(ctx context.Context) error { return s.wb.Tick(ctx, b.Task, !done) })
				return nil
			})
		default:
		}
	}
}

// program runs a program and writes what it printed.
func (s *Session) program(ctx context.Context, file string) error {
	s.say("%s", workbook.Running(path.Dir(file)))
	out, err := s.wb.RunProgram(ctx, file)
	if err != nil {
		return err
	}
	if out.Output != "" {
		s.say(workbook.Printed)
		s.text(indent(out.Output, "    "))
		s.say("End of the output.")
	}
	if out.Problem != "" {
		s.text(wrap(out.Problem, "", ""))
	}
	return nil
}

func (s *Session) section(ctx context.Context, l *course.Lesson, at int) error {
	s.sectionHead(l, at)
	section := l.Sections[at]
	s.save(ctx, func(ctx context.Context) error { return s.wb.MarkRead(ctx, l, section) })
	for _, b := range section.Blocks {
		if b.Kind != course.Checkpoint {
			s.block(l, b)
			continue
		}
		s.say("\nA question before you go on.")
		round := s.wb.Ask(s.shuffle, b.Question)
		if err := s.round(ctx, round, "skips the question."); err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	return nil
}

func (s *Session) lessonHead(l *course.Lesson) {
	s.say("Lesson %d: %s", l.Number, flat(l.Title))
	s.text(wrap(fmt.Sprintf("%s About %d minutes, %d sections.", flat(l.Summary), l.Minutes, len(l.Sections)), "", ""))
}

func (s *Session) sectionHead(l *course.Lesson, at int) {
	s.say("\nSection %d of %d: %s", at+1, len(l.Sections), flat(l.Sections[at].Title))
}

// block writes one block of a section that asks nothing.
func (s *Session) block(l *course.Lesson, b course.Block) {
	s.say("")
	switch b.Kind {
	case course.Prose:
		s.text(paragraphs(b.Text))
	case course.Picture:
		if s.Pictures {
			s.text(indent(b.Text, "    "))
		}
		s.text(wrap("Picture: "+b.Alt, "", ""))
	case course.Run:
		s.text(wrap(fmt.Sprintf("Program: %s Run it with: go run ./%s", b.Text, path.Dir(b.File)), "", ""))
	case course.Drill:
		s.text(wrap(s.wb.Practise(l, b.Kata), "", ""))
	case course.Experiment:
		s.text(wrap(workbook.WatchIt(b.Lab)+" "+flat(workbook.StartLab(b.Lab)), "", ""))
		if b.Text != "" {
			s.say("")
			s.text(paragraphs(b.Text))
		}
	case course.Task:
		box := "Task, open: "
		if s.wb.Log.State().Ticked(b.Task) {
			box = "Task, done: "
		}
		s.text(wrap(flat(b.Text), box, ""))
	case course.Proof:
		s.text(wrap(b.Caption(), "", ""))
	case course.Code:
		s.text(wrap(b.Caption(), "", ""))
		s.text(indent(b.Text, "    "))
		s.say("End of the code.")
	}
}
