package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/internal/workbook"
)

// Present shows a session with a team, step by step. The error says what the plan
// names that the course has not.
func (s *Session) Present(ctx context.Context, plan agenda.Agenda) error {
	scenes, err := s.wb.Scenes(plan)
	if err != nil {
		return err
	}
	p := &presenting{Session: s, clock: agenda.NewClock(plan), scenes: scenes, rounds: make([]*workbook.Round, len(scenes))}
	p.clock.Tick(s.wb.Now())
	s.say("%s: %s, %d minutes.", flat(plan.Title), workbook.Count(len(scenes), "step"), plan.Minutes())
	p.show()
	return s.ended(p.run(ctx))
}

// presenting is a session that is shown.
type presenting struct {
	*Session
	clock  *agenda.Clock
	scenes []workbook.Scene
	rounds []*workbook.Round // of the questions that were shown: their options keep their order
}

// errOver ends a session after its last step.
var errOver = errors.New("the session is over")

// run takes lines until the session is over.
func (p *presenting) run(ctx context.Context) error {
	for {
		line, err := p.wait(ctx)
		if err != nil {
			return err
		}
		p.clock.Tick(p.wb.Now())
		switch err := p.word(ctx, strings.ToLower(line)); {
		case errors.Is(err, errOver):
			p.say("The session is over: %s.", p.clock.Place())
			return nil
		case err != nil:
			return err
		}
	}
}

// wait waits for a line, and tells when the step's time is over.
func (p *presenting) wait(ctx context.Context) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var over <-chan time.Time
	if left := p.clock.Left(); left > 0 && !p.clock.Paused {
		end := time.NewTimer(left)
		defer end.Stop()
		over = end.C
	}
	for {
		select {
		case line, ok := <-p.in.ask():
			if !ok {
				return "", io.EOF
			}
			p.in.took()
			return line, nil
		case <-over:
			over = nil
			p.say("\nThe %s of this step are over.", workbook.Count(p.scene().Minutes, "minute"))
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}

func (p *presenting) scene() workbook.Scene { return p.scenes[p.clock.At] }

// word does what a line asks for.
func (p *presenting) word(ctx context.Context, word string) error {
	s := p.scene()
	switch {
	case word == "":
		if p.clock.At == len(p.scenes)-1 {
			return errOver
		}
		p.clock.Go(p.clock.At + 1)
		p.show()
	case word == "back":
		p.clock.Go(p.clock.At - 1)
		p.show()
	case word == "again":
		p.show()
	case word == "answer" && s.Question != nil:
		p.answer(s)
	case word == "why" && s.Miss != nil:
		p.text("\n" + paragraphs(p.wb.Reason(s)))
		p.prompt()
	case word == "run" && s.Miss != nil:
		return p.try(ctx, s)
	case word == "pause":
		p.clock.Paused = true
		p.say("The clock stands still. Type go and press Enter, and it goes on.")
	case word == "go":
		p.clock.Paused = false
		p.time()
	case word == "time":
		p.time()
	case word == "quit":
		return errBack
	default:
		p.say("%q is not one of the words.", word)
		p.prompt()
	}
	return nil
}

// show writes a step: what everybody sees at once.
func (p *presenting) show() {
	s := p.scene()
	when := "before the session"
	if s.Minutes > 0 {
		when = workbook.Count(s.Minutes, "minute")
	}
	p.say("\nStep %d of %d, %s: %s", p.clock.At+1, len(p.scenes), when, flat(s.Title))
	switch {
	case p.clock.Paused:
		p.say("The clock stands still. Type go and press Enter, and it goes on.")
	case p.clock.Started():
		p.say("So far %s, %s.", p.clock.Place(), p.clock.Pace())
	}
	for _, text := range []string{s.About(), s.Text} {
		if text != "" {
			p.text("\n" + paragraphs(text))
		}
	}
	switch {
	case s.Question != nil:
		if p.rounds[p.clock.At] == nil {
			p.rounds[p.clock.At] = p.wb.Ask(p.shuffle, s.Question)
		}
		p.say("")
		p.question(s.Question, p.rounds[p.clock.At].Order())
	case s.Miss != nil:
		p.say("\nLines with - are how it was, lines with + are the repair's.")
		p.text(indent(s.FromStart(), "    "))
	}
	p.prompt()
}

// prompt says what can be typed.
func (p *presenting) prompt() {
	next, words := "the next step", "back, again, time, pause, quit"
	if p.clock.At == len(p.scenes)-1 {
		next = "ends the session"
	} else {
		next = "goes to " + next
	}
	switch s := p.scene(); {
	case s.Question != nil:
		words = "answer, " + words
	case s.Miss != nil:
		words = "why, run, " + words
	}
	p.text("\n" + wrap(fmt.Sprintf("Enter %s. Or type a word: %s.", next, words), "", ""))
}

// time says how much of it is left.
func (p *presenting) time() {
	left, says := p.clock.Left(), "This step has %s left. "
	switch {
	case p.scene().Minutes == 0:
		p.say("The session has not begun: %s.", p.clock.Place())
		return
	case left < 0:
		left, says = -left, "This step is %s over its time. "
	}
	p.say(says+"So far %s, %s.", workbook.Count(int(left.Round(time.Minute)/time.Minute), "minute"), p.clock.Place(), p.clock.Pace())
}

// answer says which option is right, and why.
func (p *presenting) answer(s workbook.Scene) {
	order := p.rounds[p.clock.At].Order()
	feedback, _ := p.wb.Ask(p.shuffle, s.Question).Answer(s.Question.Answer())
	p.say("\nThe answer")
	p.reasons(s.Question, order, feedback)
	p.prompt()
}

// try runs the suite against a near miss.
func (p *presenting) try(ctx context.Context, s workbook.Scene) error {
	p.say("Running the suite against it.")
	v, err := p.wb.Try(ctx, s.Kata, s.Miss)
	if err := p.tell(err); err != nil {
		return err
	}
	if v.Status != "" {
		p.suite(s, v)
	}
	p.prompt()
	return nil
}

// suite writes what the suite said: each test that refused the repair, once for
// each reason.
func (p *presenting) suite(s workbook.Scene, v grade.Verdict) {
	p.say("The suite: %s. %s", v.Status.Word(), explain.Counts(v.Tests, s.Kata.AsksForATest(), v.Race, v.Elapsed))
	for _, group := range explain.Alike(v.Tests, v.Findings) {
		name := group[0].Name
		if more := len(group) - 1; more > 0 {
			name += " and " + workbook.Count(more, "other test")
		}
		p.say("\nFailed: %s", name)
		p.text(indent(printable(group[0].Message), "  "))
	}
	if v.Status != explain.Pass && v.Status != explain.Fail {
		p.text(wrap(printable(v.Summary), "", ""))
	}
}
