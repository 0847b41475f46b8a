package plain

import (
	"context"
	"io"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
)

// Watch checks a kata now and at each save, until the learner leaves it, the
// input ends or ctx does. A save during a run ends that run. Without a
// dialogue it reads no input, and only ctx ends it.
func (s *Session) Watch(ctx context.Context, k *course.Kata, dialogue bool) error {
	s.say("Watching kata %d, %s.", k.Number, flat(k.Title))
	s.say("The file to repair: %s", s.path(k))
	return s.ended(s.watch(ctx, k, dialogue, true))
}

// outcome is what a run came to.
type outcome struct {
	verdict grade.Verdict
	err     error
}

// watch is the loop behind Watch. With now, it checks at once.
func (s *Session) watch(ctx context.Context, k *course.Kata, dialogue, now bool) error {
	ctx, cancel := context.WithCancel(ctx)
	saves, err := s.wb.Saves(ctx, k)
	if err != nil {
		cancel()
		return err
	}
	w := &watching{session: s, kata: k, dialogue: dialogue, saves: saves, check: make(chan struct{}, 1)}
	results := watch.Latest(ctx, w.check, func(ctx context.Context, _ struct{}) outcome {
		v, err := s.wb.Check(ctx, k)
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
	if now {
		w.trigger("")
	} else {
		w.prompt()
	}
	return w.loop(ctx, results)
}

// watching is one watched kata.
type watching struct {
	session  *Session
	kata     *course.Kata
	dialogue bool
	saves    <-chan watch.Event
	check    chan struct{} // nil when no further run may start
	verdict  *grade.Verdict
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
			switch {
			case !ok:
				w.saves = nil
			case e.Err != nil:
				s.say("\nNote: %v", e.Err)
			default:
				w.trigger("Saved. ")
			}
		case r, ok := <-results:
			if !ok {
				return io.EOF
			}
			if isContext(r.err) {
				continue
			}
			w.last(r)
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
			"3 open the editor, 4 read the brief, 5 compare with an accepted repair, 6 reset, 0 stop.", "", ""))
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
	default:
		s.say("%s", refusal(line))
	}
	if err := s.tell(err); err != nil {
		return err
	}
	w.prompt()
	return nil
}

func (w *watching) last(r outcome) {
	w.verdict = &r.verdict
	w.session.saved(r.err)
	w.session.Verdict(w.kata, r.verdict)
	w.prompt()
}
