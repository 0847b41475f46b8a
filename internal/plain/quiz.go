package plain

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// Quiz asks a lesson's questions until each has been answered right. A nil
// lesson means the whole bank.
func (s *Session) Quiz(ctx context.Context, l *course.Lesson) error {
	return s.ended(s.quiz(ctx, l))
}

func (s *Session) quiz(ctx context.Context, l *course.Lesson) error {
	subject := "all lessons"
	if l != nil {
		subject = fmt.Sprintf("lesson %d, %s", l.Number, flat(l.Title))
	}
	return s.whole(ctx, "Quiz on "+subject, s.wb.Quiz(l, s.shuffle))
}

// Review asks what is due.
func (s *Session) Review(ctx context.Context) error { return s.ended(s.review(ctx)) }

func (s *Session) review(ctx context.Context) error {
	schedule := s.wb.Review()
	if len(schedule.Due) > 0 {
		return s.whole(ctx, "Review", s.wb.Ask(s.shuffle, schedule.Due...))
	}
	s.say("%s", schedule.Nothing())
	return nil
}

// TestOut asks about a module, so that its lessons count as done.
func (s *Session) TestOut(ctx context.Context, module string) error {
	round, err := s.wb.TestOut(module, s.shuffle)
	if err != nil {
		return err
	}
	return s.ended(s.testOut(ctx, round))
}

func (s *Session) testOut(ctx context.Context, round *workbook.Round) error {
	out := round.TestOut()
	_, total := round.Progress()
	s.text(wrap(flat(out.Offer(total)), "", ""))
	switch err := s.round(ctx, round, "leaves the test."); {
	case errors.Is(err, errBack):
		s.say("Test left. Nothing is lost.")
		return nil
	case err != nil:
		return err
	}
	s.text("\n" + wrap(flat(round.Ending()), "", ""))
	return nil
}

// whole asks all questions of a round.
func (s *Session) whole(ctx context.Context, heading string, round *workbook.Round) error {
	_, total := round.Progress()
	s.say("%s: %s. A missed one comes back at the end.", heading, workbook.Count(total, "question"))
	switch err := s.round(ctx, round, "leaves the quiz."); {
	case errors.Is(err, errBack):
		done, _ := round.Progress()
		s.say("Quiz left: %d of %d answered right.%s", done, total, s.kept("The answers are kept."))
		return nil
	case err != nil:
		return err
	}
	s.say("\n%s", round.Ending())
	return nil
}

// round asks until the round is over. Leave says what 0 does, or an empty line
// where the answer is typed: the round then fails with [errBack].
func (s *Session) round(ctx context.Context, round *workbook.Round, leave string) error {
	_, total := round.Progress()
	for n, q := 1, round.Question(); q != nil; n, q = n+1, round.Question() {
		done, _ := round.Progress()
		head := ""
		if total > 1 {
			head = fmt.Sprintf("Question %d. Right so far: %d of %d.", n, done, total)
		}
		if round.Missed() {
			head = strings.TrimSpace(head + " " + workbook.Missed)
		}
		if from := workbook.FromLab(q); from != "" {
			head = strings.TrimSpace(head + " " + flat(from))
		}
		if head != "" {
			s.say("\n%s", head)
		}
		order := round.Order()
		s.question(q, order)
		picked, err := s.answer(ctx, q, order, leave)
		if err != nil {
			return err
		}
		feedback, record := round.Answer(picked)
		s.save(ctx, record)
		s.feedback(q, order, feedback)
		if !feedback.Right && round.ComesBack() {
			s.say("%s", workbook.ComesBack)
		}
	}
	return nil
}

// straight is the order of the question's file. The items of an order question
// would give the answer away, so they come turned round.
func straight(q *course.Question) []int {
	order := make([]int, len(q.Options))
	for i := range order {
		order[i] = i
		if q.Kind == course.Order {
			order[i] = len(order) - 1 - i
		}
	}
	return order
}

// question writes the question with its options, numbered in the given order.
func (s *Session) question(q *course.Question, order []int) {
	s.text(paragraphs(q.Stem))
	if q.Code != "" {
		s.say("Code, with line numbers:")
		s.text(numbered(q.Code))
		s.say("End of the code.")
	}
	if q.Kind == course.Type { // the options would tell
		return
	}
	for n, i := range order {
		s.text(option(q, q.Options[i], fmt.Sprintf("%d. ", n+1)))
	}
}

// option is one option behind its number. What a program prints is kept as it
// is, line by line; a line of code says which it is.
func option(q *course.Question, o course.Option, number string) string {
	blanks := strings.Repeat(" ", len(number))
	switch q.Kind {
	case course.Spot:
		return number + fmt.Sprintf("Line %d: %s\n", o.Line, o.Text)
	case course.Trace:
		return number + strings.TrimLeft(indent(o.Text, blanks), " ")
	default:
		return wrap(flat(o.Text), number, blanks)
	}
}

// answer asks for an answer until it has the form the question wants.
func (s *Session) answer(ctx context.Context, q *course.Question, order []int, leave string) ([]int, error) {
	if q.Kind == course.Type {
		return s.typed(ctx, q, leave)
	}
	var how string
	switch q.Kind {
	case course.Multi:
		how = fmt.Sprintf("Type the numbers of all that hold (1 to %d), with blanks between them,", len(order))
	case course.Order:
		how = fmt.Sprintf("Type all the numbers from 1 to %d in the right order, with blanks between them,", len(order))
	default:
		how = fmt.Sprintf("Type the number of your answer (1 to %d)", len(order))
	}
	for {
		s.say("%s and press Enter. 0 %s", how, leave)
		line, err := s.in.line(ctx)
		if err != nil {
			return nil, err
		}
		if line == "0" {
			return nil, errBack
		}
		typed, problem := parseAnswer(line, q.Kind, len(order))
		if problem != "" {
			s.say("%s", problem)
			continue
		}
		for i, n := range typed {
			typed[i] = order[n-1]
		}
		return typed, nil
	}
}

// typed asks for an answer in words.
func (s *Session) typed(ctx context.Context, q *course.Question, leave string) ([]int, error) {
	s.say("Type the answer and press Enter. An empty line %s", leave)
	line, err := s.in.line(ctx)
	switch {
	case err != nil:
		return nil, err
	case line == "":
		return nil, errBack
	}
	return q.Typed(line), nil
}

// parseAnswer reads numbers with blanks or commas between them.
func parseAnswer(line string, kind course.Kind, options int) (numbers []int, problem string) {
	seen := map[int]bool{}
	for _, field := range strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' }) {
		n, err := strconv.Atoi(strings.TrimSuffix(field, "."))
		if err != nil || n < 1 || n > options {
			return nil, fmt.Sprintf("%q is not a number from 1 to %d.", field, options)
		}
		if seen[n] {
			return nil, fmt.Sprintf("%d is there twice.", n)
		}
		seen[n] = true
		numbers = append(numbers, n)
	}
	switch {
	case len(numbers) == 0:
		return nil, "That was an empty line."
	case kind == course.Order && len(numbers) != options:
		return nil, fmt.Sprintf("The order needs all %d numbers; you typed %d.", options, len(numbers))
	case kind != course.Order && kind != course.Multi && len(numbers) != 1:
		return nil, fmt.Sprintf("Exactly one answer is right; you typed %d.", len(numbers))
	}
	return numbers, ""
}

func (s *Session) feedback(q *course.Question, order []int, f workbook.Feedback) {
	s.text("\n" + wrap(strings.TrimSpace(f.Verdict()+". "+flat(f.Meant())), "", ""))
	s.reasons(q, order, f)
}

// reasons says of each option why it is right or wrong, and what the question is
// about.
func (s *Session) reasons(q *course.Question, order []int, f workbook.Feedback) {
	for _, n := range spoken(q, order) {
		r := f.Reasons[n]
		if q.Kind == course.Type && !r.Chosen && !r.Right { // what nobody said
			continue
		}
		text := flat(r.Option.Why)
		if r.Belief != nil {
			text += " " + flat(workbook.Believed(r.Belief)+" "+workbook.Truth(r.Belief.Truth))
		}
		s.text(wrap(text, label(q, order, n, r), ""))
	}
	if f.Belief != nil {
		s.text(wrap(flat(workbook.Believed(f.Belief)+" "+workbook.Truth(f.Belief.Truth)), "", ""))
	}
	s.text(wrap(flat(f.Explanation()), "In short: ", ""))
	if program := q.Program(); program != "" {
		s.say("See it run with: go run ./%s", path.Dir(program))
	}
}

// spoken is the order in which options are explained: as they were shown, or
// else the right order.
func spoken(q *course.Question, order []int) []int {
	if q.Kind != course.Order && q.Kind != course.Type {
		return order
	}
	right := slices.Clone(order)
	slices.Sort(right)
	return right
}

// label says what an option was and by which number it was shown.
func label(q *course.Question, order []int, option int, r workbook.Reason) string {
	switch {
	case q.Kind == course.Order:
		return fmt.Sprintf("%d. %s: ", option+1, flat(r.Option.Text))
	case q.Kind == course.Type:
		return flat(r.Option.Text) + ": "
	case r.Right:
		return fmt.Sprintf("Right, %d. ", slices.Index(order, option)+1)
	case r.Chosen:
		return fmt.Sprintf("Not right, %d. ", slices.Index(order, option)+1)
	default:
		return fmt.Sprintf("%d. ", slices.Index(order, option)+1)
	}
}
