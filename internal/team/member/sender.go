package member

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"slices"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
)

// The locks of the state folder that say that a copy is sending, and that one was started to do nothing else.
const (
	sendingName = "join.sending.lock"
	flushName   = "join.flush.lock"
)

// Sender sends what the learner does to the room that they are in, if they are in one, whoever joined or left it meanwhile.
type Sender struct {
	Dir       string // the state folder
	Log       *progress.Log
	Course    *course.Course
	Source    func(k *course.Kata, hash string) ([]byte, error) // a version of the learner's file, by its [course.Hash]
	Transport room.Transport

	nudge chan struct{}
}

// New completes a sender. It starts nothing.
func New(s Sender) *Sender {
	s.nudge = make(chan struct{}, 1)
	return &s
}

// Nudge says that something was recorded. It never waits. A nil Sender sends nothing.
func (s *Sender) Nudge() {
	if s == nil {
		return
	}
	select {
	case s.nudge <- struct{}{}:
	default:
	}
}

// errBusy says that another running copy is sending. It looks again when it is done.
var errBusy = errors.New("another running Leakproof is sending")

// busyPause is how long Run leaves another copy to send.
const busyPause = time.Second

// Run sends what waits, now and at each nudge, until ctx ends. tell gets what is worth a word in a status line each time that it
// becomes another one: "" is that all is well.
func (s *Sender) Run(ctx context.Context, tell func(string)) {
	var pause backoff
	var wake <-chan time.Time // nil while there is nothing to wait out
	var failed error
	told := ""
	for {
		if wake == nil {
			switch err := s.send(ctx); {
			case ctx.Err() != nil:
				return
			case errors.Is(err, errBusy):
				wake = time.After(busyPause)
			case err != nil:
				failed, wake = err, time.After(pause.next(err))
			default:
				failed, pause = nil, backoff{}
			}
		}
		if now := s.status(failed); now != told {
			told = now
			tell(told)
		}
		select {
		case <-ctx.Done():
			return
		case <-s.nudge:
		case <-wake:
			wake = nil
		}
	}
}

// Flush sends what waits, and tries again until ctx ends or nothing waits. Where another copy is sending, it leaves that to it.
func (s *Sender) Flush(ctx context.Context) error {
	for {
		if n, err := s.Waiting(ctx, 0); n == 0 || err != nil {
			return err
		}
		lock, err := newLock(s.Dir, flushName)
		if err != nil {
			return unwritable(s.Dir, err)
		}
		if alone, err := lock.TryLock(); !alone {
			return err // nil: the other one looks again when it is done
		}
		sent := s.insist(ctx)
		if err := lock.Unlock(); err != nil || !sent {
			return err
		}
	}
}

// insist sends what waits, and reports whether it was sent: not where ctx has ended, or another copy is sending.
func (s *Sender) insist(ctx context.Context) bool {
	var pause backoff
	for {
		err := s.send(ctx)
		if err == nil || errors.Is(err, errBusy) || ctx.Err() != nil {
			return err == nil // what still waits is not lost, and why was noted
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(pause.next(err)):
		}
	}
}

// Waiting is how many events wait to be sent, after a line of the log and what was acknowledged; 0 in no room.
func (s *Sender) Waiting(ctx context.Context, line int) (int, error) {
	m, err := s.load(ctx)
	if err != nil || m.Ended != "" {
		return 0, unlessNone(err)
	}
	m.Line = max(m.Line, line)
	return len(s.pending(m)), nil
}

// status is what is worth a word, after the last attempt.
func (s *Sender) status(failed error) string {
	m, err := Load(s.Dir)
	switch {
	case errors.Is(err, ErrNone) || m.Ended == Left:
		return ""
	case err != nil:
		return "Room: nothing is sent, `leakproof join` says why"
	case m.Ended == Unknown:
		return "Room: the board does not know you any more"
	case failed == nil:
		return ""
	}
	switch n := len(s.pending(m)); n {
	case 0:
		return ""
	case 1:
		return "Room: 1 event waits for the board"
	default:
		return fmt.Sprintf("Room: %d events wait for the board", n)
	}
}

// send sends all that waits, one copy at a time. A copy that finds another one sending can leave the rest to it, because that one
// looks again after it has let go of the lock.
func (s *Sender) send(ctx context.Context) error {
	for {
		if n, err := s.Waiting(ctx, 0); n == 0 || err != nil {
			return err
		}
		lock, err := newLock(s.Dir, sendingName)
		if err != nil {
			return unwritable(s.Dir, err)
		}
		switch alone, err := lock.TryLock(); {
		case err != nil:
			return unwritable(s.Dir, err)
		case !alone:
			return errBusy
		}
		if err := errors.Join(s.exchange(ctx), lock.Unlock()); err != nil {
			return err
		}
	}
}

// load reads the membership, and then what other copies have recorded: the log is at least as new as the line that the membership
// remembers, or it was replaced.
func (s *Sender) load(ctx context.Context) (Membership, error) {
	m, err := Load(s.Dir)
	if err != nil {
		return m, err
	}
	if err := s.Log.Refresh(); err != nil {
		return m, err
	}
	moved, ok := s.replaced(m)
	if !ok {
		return m, nil
	}
	return moved, s.note(ctx, m, func(now *Membership) { now.Session, now.Line, now.LineAt = moved.Session, moved.Line, moved.LineAt })
}

// exchange sends request after request until nothing waits.
func (s *Sender) exchange(ctx context.Context) error {
	limit := room.MaxEvents
	for {
		m, err := s.load(ctx)
		if err != nil || m.Ended != "" {
			return unlessNone(err)
		}
		waiting := s.pending(m)
		if len(waiting) == 0 {
			return nil
		}
		batch, err := s.next(m, waiting, limit)
		if err != nil {
			return err
		}
		err = room.NewClient(m.Board, m.Token, s.Transport).Send(ctx, batch)
		var failure *room.Failure
		switch {
		case err == nil:
			limit = room.MaxEvents
			last := waiting[len(batch)-1]
			err = s.note(ctx, m, func(now *Membership) {
				now.Sent += len(batch)
				now.Line, now.LineAt, now.Trouble, now.TroubleSince = last.line, last.event.At, "", time.Time{}
			})
		case !errors.As(err, &failure): // the context's
			return err
		case failure.Unknown():
			return s.note(ctx, m, func(now *Membership) { now.Ended = Unknown })
		case failure.Refuses():
			limit, err = s.refused(ctx, m, waiting[0], batch, failure)
		default:
			return errors.Join(err, s.trouble(ctx, m, failure))
		}
		if err != nil {
			return unlessNone(err)
		}
	}
}

// refused goes on after a board has refused a request for what was in it. One event that it does not take must not keep the
// others, so it is looked for: the limit is that of the next request.
func (s *Sender) refused(ctx context.Context, m Membership, first pending, batch []room.Event, why *room.Failure) (limit int, err error) {
	at := slices.IndexFunc(batch, func(e room.Event) bool { return e.ID == why.Event })
	switch {
	case len(batch) == 1 || at == 0:
		return room.MaxEvents, s.note(ctx, m, func(now *Membership) {
			now.Refused++
			now.Line, now.LineAt = first.line, first.event.At
		})
	case at > 0:
		return at, nil
	}
	return len(batch) / 2, nil
}

// trouble keeps why nothing can be sent, for `leakproof join` to tell: the copy that met it may have nobody to tell.
func (s *Sender) trouble(ctx context.Context, m Membership, why *room.Failure) error {
	if m.Trouble == why.Says {
		return nil
	}
	return s.note(ctx, m, func(now *Membership) {
		if now.Trouble == "" {
			now.TroubleSince = time.Now()
		}
		now.Trouble = why.Says
	})
}

func (s *Sender) note(ctx context.Context, m Membership, change func(*Membership)) error {
	return Change(ctx, s.Dir, m.Session, change)
}

// replaced is the membership after somebody has put another log in place of the one whose line it remembers. The ids of the old
// one's lines are used up, so there is a new session, and as nothing of before the joining is sent, the clock decides.
func (s *Sender) replaced(m Membership) (Membership, bool) {
	state := s.Log.State()
	if m.Line == 0 || state.LastLine() == 0 {
		return m, false
	}
	for line, e := range state.Since(m.Line) {
		if line == m.Line && e.At.Equal(m.LineAt) {
			return m, false
		}
		break
	}
	m.Session, m.Line, m.LineAt = rand.Text(), 0, time.Time{}
	for line, e := range state.Since(1) {
		if e.At.Before(m.JoinedAt) {
			m.Line, m.LineAt = line, e.At
		}
	}
	return m, true
}

// unlessNone drops an error that says only that the learner has left meanwhile.
func unlessNone(err error) error {
	if errors.Is(err, ErrNone) {
		return nil
	}
	return err
}

// The pauses between attempts.
const (
	firstPause = 2 * time.Second
	maxPause   = time.Minute
)

// backoff makes the pauses longer as attempts go on to fail, and different on each machine: a board that comes back is not met by
// a whole room at once.
type backoff struct{ longest time.Duration }

// next is the pause after an attempt, at least the one that the board asked for.
func (b *backoff) next(failed error) time.Duration {
	b.longest = min(max(2*b.longest, firstPause), maxPause)
	pause := b.longest/2 + mathrand.N(b.longest/2)
	var failure *room.Failure
	if errors.As(failed, &failure) {
		pause = max(pause, failure.RetryAfter)
	}
	return pause
}
