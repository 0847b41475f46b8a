package plain

import (
	"context"
	"errors"
	"fmt"

	"example.com/leakproof/internal/course"
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
			s.block(b)
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

// turn asks where to go from a section.
func (s *Session) turn(ctx context.Context, l *course.Lesson, at int) (int, error) {
	var list []choice
	if at+1 < len(l.Sections) {
		list = append(list, choice{number: 1, text: "Next section: " + flat(l.Sections[at+1].Title)})
	} else {
		s.say("\nThis is the end of the lesson.")
		list = append(list, choice{number: 1, text: "Finish the lesson"})
	}
	if at > 0 {
		list = append(list, choice{number: 2, text: "Previous section"})
	}
	list = append(list, choice{number: 3, text: "This section again"}, choice{number: 0, text: "Back"})
	s.say("")
	for _, c := range list {
		s.say("%d. %s", c.number, c.text)
	}
	c, err := s.choose(ctx, list)
	switch {
	case err != nil:
		return 0, err
	case c.number == 1 && at+1 == len(l.Sections), c.number == 0:
		return 0, errBack
	case c.number == 1:
		return at + 1, nil
	case c.number == 2:
		return at - 1, nil
	}
	return at, nil
}

func (s *Session) section(ctx context.Context, l *course.Lesson, at int) error {
	s.sectionHead(l, at)
	section := l.Sections[at]
	s.saved(s.wb.MarkRead(ctx, l, section))
	for _, b := range section.Blocks {
		if b.Kind != course.Checkpoint {
			s.block(b)
			continue
		}
		s.say("\nA question before you go on.")
		round := s.wb.Ask(s.shuffle, b.Question)
		if err := s.round(ctx, round, "0 skips the question."); err != nil && !errors.Is(err, errBack) {
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
func (s *Session) block(b course.Block) {
	s.say("")
	switch b.Kind {
	case course.Prose:
		s.text(paragraphs(b.Text))
	case course.Picture:
		s.text(wrap("Picture: "+b.Alt, "", ""))
	case course.Proof:
		s.text(wrap(fmt.Sprintf("Proved by %s, in %s, line %d.", b.Test, b.File, b.Line), "", ""))
	case course.Code:
		head := fmt.Sprintf("Code, from %s, line %d:", b.File, b.Line)
		if b.Wrong {
			head = fmt.Sprintf("Code that is wrong on purpose, from %s, line %d; %s shows what goes wrong:", b.File, b.Line, b.Test)
		}
		s.text(wrap(head, "", ""))
		s.text(indent(b.Text, "    "))
		s.say("End of the code.")
	}
}
