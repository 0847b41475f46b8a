// Package plain shows the workbook in lines: nothing is redrawn, moved or
// coloured, every choice is a number, and every prompt says what can be typed.
// It serves screen readers, dumb terminals and pipes, and offers what the
// screens of package tui offer.
package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
)

// Session is one learner at one terminal or pipe. It is not safe for
// concurrent use.
type Session struct {
	Terminal bool // out is a terminal: what a learner's file holds is written so that it does not steer it
	Pictures bool // draw them, above what they show in words: somebody looks at the lines

	wb      *workbook.Workbook
	in      *input
	out     io.Writer
	notes   io.Writer
	shuffle *rand.Rand
	run     func(*exec.Cmd) error // an editor that takes the terminal
	start   func(*exec.Cmd) error // an editor with a window of its own
	did     int                   // how many things the learner did that are to be saved
	lost    int                   // how many of them were not
	notice  string                // about events that was told: most often it holds for the next kata too
	news    <-chan string         // of the room that the learner is in; nil outside of a dialogue
	waits   bool                  // it was told that something waits for the board
}

// New returns a session that reads answers from in and writes to out, and to
// notes what is wrong around it. [Session.Close] ends it.
func New(wb *workbook.Workbook, in io.Reader, out, notes io.Writer) *Session {
	return &Session{
		wb: wb, in: newInput(in), out: out, notes: notes,
		shuffle: rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())),
		run:     runHere,
		start:   startWindowed,
	}
}

// Close lets go of the input. A read of it that has begun ends with the input.
func (s *Session) Close() { s.in.close() }

func runHere(cmd *exec.Cmd) error {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	return cmd.Run()
}

// startWindowed does not wait for the editor: the learner's unsaved text is in
// it, and it may outlive the workbook.
func startWindowed(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}

// say writes one line. A line that cannot be written is lost: the end of the
// input or a signal ends a session, and a closed pipe ends the process.
func (s *Session) say(format string, args ...any) {
	_, _ = fmt.Fprintf(s.out, format+"\n", args...)
}

// theirs is a text from a file that the learner can get from others. A pipe gets it as it is, for a program to read.
func (s *Session) theirs(src string) string {
	if s.Terminal {
		return text.Visible(src)
	}
	return src
}

// text writes whole lines that stand ready.
func (s *Session) text(lines string) {
	_, _ = io.WriteString(s.out, strings.TrimRight(lines, "\n")+"\n")
}

// ended reports that the input is over, and is the end of every dialogue.
func (s *Session) ended(err error) error {
	if errors.Is(err, io.EOF) {
		s.say("\nThe input has ended.%s", s.kept("What you did so far is saved."))
		return nil
	}
	if isContext(err) || errors.Is(err, errBack) {
		return nil
	}
	return err
}

// kept is promise, after a blank, as long as it is true: where nothing was done
// yet, nobody knows whether it could be saved.
func (s *Session) kept(promise string) string {
	switch {
	case s.wb.Forget:
		return " Nothing of this run is saved."
	case s.lost == 1:
		return " One thing that you did is not saved."
	case s.lost > 1:
		return fmt.Sprintf(" %d things that you did are not saved.", s.lost)
	case s.did == 0:
		return ""
	}
	return " " + promise
}

// patience is how long a learner is left without a word while something is saved, and how long the end of the session waits.
const patience = time.Second

const waiting = "saving what you did takes long: the disk does not answer, or another running Leakproof holds the progress log. Ctrl+C ends the wait"

// save keeps what the learner did. The disk or another running copy can make that wait: it says so, and the end of ctx ends it
// after a last try.
func (s *Session) save(ctx context.Context, record func(context.Context) error) {
	last, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- record(last) }()
	long := time.NewTimer(patience)
	defer long.Stop()
	ended := ctx.Done()
	var enough <-chan time.Time
	for {
		select {
		case err := <-done:
			s.saved(err)
			return
		case <-long.C:
			s.note(waiting)
		case <-ended:
			ended, enough = nil, time.After(patience)
		case <-enough:
			s.saved(errors.New("progress was not saved: the disk did not answer, or another running Leakproof held the progress log, until you ended the wait"))
			return
		}
	}
}

// patiently does something that may have to wait to be saved, and says so when it takes long.
func (s *Session) patiently(do func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		s.note(waiting)
		<-done
	}
}

// saved counts what the learner did. It tells, the first time in a session, that something was not saved.
func (s *Session) saved(err error) {
	s.did++
	if err == nil {
		return
	}
	if s.lost++; s.lost == 1 {
		s.note(err.Error())
	}
}

// note says what is wrong around the session.
func (s *Session) note(sentence string) { _, _ = fmt.Fprintf(s.notes, "Note: %s\n", sentence) }

// noticed tells how saves are seen, unless that was told already.
func (s *Session) noticed(notice string) {
	if notice == s.notice {
		return
	}
	s.notice = notice
	s.text("\n" + wrap("Note: "+notice+".", "", ""))
}

// choice is one thing to do, chosen by its number.
type choice struct {
	number int
	text   string
	do     func(context.Context) error
}

// errBack ends a menu and goes on in the one above it.
var errBack = errors.New("back")

func back(context.Context) error { return errBack }

// menu offers choices until one of them returns an error; [errBack] ends the
// menu without one. The choices are made anew each time.
func (s *Session) menu(ctx context.Context, title string, choices func() []choice) error {
	for {
		select {
		case line := <-s.news:
			s.heardNews(line)
		default:
		}
		list := choices()
		s.say("\n%s", title)
		for _, c := range list {
			s.text(wrap(c.text, fmt.Sprintf("%d. ", c.number), "   "))
		}
		c, err := s.choose(ctx, list)
		if err != nil {
			return err
		}
		switch err := c.do(ctx); {
		case errors.Is(err, errBack):
			return nil
		case err != nil:
			return err
		}
	}
}

// choose asks for a number until one of the choices has it.
func (s *Session) choose(ctx context.Context, list []choice) (choice, error) {
	numbers := make([]int, len(list))
	for i, c := range list {
		numbers[i] = c.number
	}
	prompt := "Type " + alternatives(numbers) + " and press Enter."
	for {
		s.say("%s", prompt)
		line, err := s.in.line(ctx)
		if err != nil {
			return choice{}, err
		}
		if n, err := strconv.Atoi(strings.TrimSuffix(line, ".")); err == nil {
			for _, c := range list {
				if c.number == n {
					return c, nil
				}
			}
		}
		s.say("%s", refusal(line))
	}
}

// refusal says why a line is not taken.
func refusal(line string) string {
	if line == "" {
		return "That was an empty line."
	}
	return fmt.Sprintf("%q is not one of the choices.", line)
}

// alternatives names the numbers that can be typed: "a number from 0 to 5", or
// each of them where there are gaps.
func alternatives(numbers []int) string {
	numbers = slices.Sorted(slices.Values(numbers))
	low, high := numbers[0], numbers[len(numbers)-1]
	var words []string
	for _, n := range numbers {
		words = append(words, strconv.Itoa(n))
	}
	switch {
	case len(numbers) == 1:
		return words[0]
	case len(numbers) > 2 && high-low == len(numbers)-1:
		return fmt.Sprintf("a number from %d to %d", low, high)
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}

// Confirm asks a question whose answer is yes or no. It fails with io.EOF when
// the input ends instead.
func (s *Session) Confirm(ctx context.Context, question, yes, no string) (bool, error) {
	s.text(wrap(question, "", ""))
	s.say("1. %s", yes)
	s.say("0. %s", no)
	c, err := s.choose(ctx, []choice{{number: 1}, {number: 0}})
	return c.number == 1, err
}

// Ask asks for a line of text. It fails with io.EOF when the input ends instead.
func (s *Session) Ask(ctx context.Context, question string) (string, error) {
	s.say("%s", question)
	return s.in.line(ctx)
}

// tell writes what went wrong with one action. It returns the errors that end
// the dialogue.
func (s *Session) tell(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, errBack) || isContext(err) {
		return err
	}
	s.say("%v", err)
	return nil
}

// isContext reports whether err only says that the session is over.
func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// printable keeps what a program printed from steering the terminal.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, text)
}
