package plain

import (
	"context"
	"errors"
	"io"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
)

// Watch checks a kata now and at each save, until the learner leaves it, the
// input ends or ctx does. A save during a run ends that run. Without a
// dialogue it reads no input, and only ctx ends it.
func (s *Session) Watch(ctx context.Context, k *course.Kata, dialogue bool) error {
	defer s.inRoom(ctx)()
	s.announce(k)
	return s.ended(s.watch(ctx, k, watchOptions{dialogue: dialogue, now: true}))
}

// WatchAll is Watch for one kata after the other, until all are solved: a kata
// that passes gives way to the next of the path that is not solved. It begins
// with first, and goes round; with nil it begins where the path does.
func (s *Session) WatchAll(ctx context.Context, first *course.Kata, dialogue bool) error {
	defer s.inRoom(ctx)()
	for _, k := range s.wb.KatasFrom(first) {
		if k != first && s.wb.Log.State().KataSolved(k.ID) {
			continue
		}
		s.announce(k)
		if err := s.watch(ctx, k, watchOptions{dialogue: dialogue, now: true, leave: true}); !errors.Is(err, errPassed) {
			return s.ended(err)
		}
		s.say("")
	}
	s.say("Every kata is solved.")
	return nil
}

func (s *Session) announce(k *course.Kata) {
	s.say("Watching kata %d, %s.", k.Number, flat(k.Title))
	s.say("%s: %s", fileOf(k), s.path(k))
}

// errPassed ends the watching of a kata that is to be left when it passes.
var errPassed = errors.New("passed")

// watchOptions say how a kata is watched.
type watchOptions struct {
	dialogue bool // read what the learner types
	now      bool // check at once
	leave    bool // end with errPassed when the kata passes
}

// outcome is what a run came to.
type outcome struct {
	verdict grade.Verdict
	err     error
}

// watch is the loop behind Watch and WatchAll.
func (s *Session) watch(ctx context.Context, k *course.Kata, opts watchOptions) error {
	ctx, cancel := context.WithCancel(ctx)
	saves, err := s.wb.Saves(ctx, k)
	if err != nil {
		cancel()
		return err
	}
	w := &watching{session: s, kata: k, watchOptions: opts, saves: saves, check: make(chan struct{}, 1), judged: make(chan explain.Test)}
	results := watch.Latest(ctx, w.check, func(ctx context.Context, _ struct{}) outcome {
		v, err := s.wb.Check(ctx, k, func(one explain.Test) {
			select {
			case w.judged <- one:
			case <-ctx.Done():
			}
		})
		return outcome{v, err}
	})
	// Nothing that was started here runs on.
	defer func() {
		cancel()
		for range results {
			continue
		}
		for range saves {
			continue
		}
	}()
	s.warm(ctx, k)
	if opts.now {
		w.trigger("")
	} else {
		w.prompt()
	}
	return w.loop(ctx, results)
}

// watching is one watched kata.
type watching struct {
	watchOptions
	session *Session
	kata    *course.Kata
	saves   <-chan watch.Event
	check   chan struct{}     // nil when no further run may start
	judged  chan explain.Test // how a learner's test judged an implementation
	verdict *grade.Verdict
}

func (w *watching) loop(ctx context.Context, results <-chan outcome) error {
	s := w.session
	for {
		var lines <-chan string
		if w.dialogue && w.check != nil {
			lines = s.in.ask()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, ok := <-w.saves:
			w.heard(e, ok)
		case one := <-w.judged:
			s.Judged(one)
		case line := <-s.news:
			s.heardNews(line)
		case r, ok := <-results:
			if !ok {
				return io.EOF
			}
			if w.outdated() || r.verdict.Status == "" {
				continue
			}
			if err := w.last(r); err != nil {
				return err
			}
		case line, ok := <-lines:
			if !ok {
				// The run that is going on may finish; no further one starts.
				close(w.check)
				w.check, w.saves = nil, nil
				continue
			}
			s.in.took()
			if err := w.typed(ctx, line); err != nil {
				return err
			}
		}
	}
}

// heard takes an event of the folder and reports whether it was a save. ok is
// false at the end of the events.
func (w *watching) heard(e watch.Event, ok bool) bool {
	switch {
	case !ok:
		w.saves = nil
	case e.Err != nil:
		w.session.say("\nNote: %v", e.Err)
	case e.Notice != "":
		w.session.noticed(e.Notice)
	default:
		w.trigger("Saved. ")
		return true
	}
	return false
}

// outdated reports whether a save is waiting to be heard, which makes a result
// one about an older file. It hears it.
func (w *watching) outdated() bool {
	saved := false
	for {
		select {
		case e, ok := <-w.saves:
			saved = w.heard(e, ok) || saved
		default:
			return saved
		}
	}
}

// trigger asks for a run. One that is asked for already will see the same file.
func (w *watching) trigger(why string) {
	if w.check == nil {
		return
	}
	w.session.say("\n%sChecking.", why)
	select {
	case w.check <- struct{}{}:
	default:
	}
}

// prompt says what the learner can do now.
func (w *watching) prompt() {
	s := w.session
	switch {
	case w.check == nil:
	case !w.dialogue:
		s.say("\nEach save is checked. Ctrl+C stops.")
	default:
		s.text("\n" + wrap("Each save is checked. You can also type a number and press Enter: 1 check now, 2 next hint, "+
			"3 open the editor, 4 read the brief, 5 compare with an accepted repair, 6 reset, 7 undo a reset, 8 earlier attempts, 0 stop.", "", ""))
	}
}

// typed does what a number stands for.
func (w *watching) typed(ctx context.Context, line string) error {
	s := w.session
	s.say("")
	var err error
	switch line {
	case "0":
		return errBack
	case "1":
		w.trigger("")
		return nil
	case "2":
		err = s.Hint(ctx, w.kata, 0)
	case "3":
		s.edit(w.kata, w.verdict)
	case "4":
		s.Brief(w.kata)
	case "5":
		_, err = s.Compare(ctx, w.kata, nil, false)
	case "6":
		_, err = s.Reset(ctx, w.kata, false)
	case "7":
		err = s.Undo(ctx, w.kata)
	case "8":
		err = s.attempts(ctx, w.kata)
	default:
		s.say("%s", refusal(line))
	}
	if err := s.tell(err); err != nil {
		return err
	}
	w.prompt()
	return nil
}

func (w *watching) last(r outcome) error {
	s := w.session
	w.verdict = &r.verdict
	s.saved(r.err)
	if w.leave && w.check != nil && r.verdict.Status == explain.Pass {
		s.findings(w.kata, r.verdict)
		return errPassed
	}
	s.Verdict(w.kata, r.verdict)
	w.prompt()
	return nil
}
