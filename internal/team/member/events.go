package member

import (
	"bytes"
	"slices"
	"unicode/utf8"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
)

// maxBatch bounds what goes into one request, in bytes: a slow line has to carry it in the time of one.
const maxBatch = room.MaxBody / 2

// pending is an event that waits to be sent.
type pending struct {
	line  int
	event progress.Event
}

// pending are the events that wait, in the order of the log.
func (s *Sender) pending(m Membership) []pending {
	var out []pending
	for line, e := range s.Log.State().Since(m.Line + 1) {
		if s.sends(e) {
			out = append(out, pending{line, e})
		}
	}
	return out
}

// sends reports whether an event of the log is for the room. Answers, ticks, labs and whatever a later version records are not.
func (s *Sender) sends(e progress.Event) bool {
	switch e.Kind {
	case progress.KindVerdict, progress.KindHint, progress.KindReset:
		return true
	case progress.KindRead:
		l := s.Course.Lesson(e.Lesson)
		return l != nil && e.Section == l.Sections[0].ID
	}
	return false
}

// next is the part of what waits that goes into one request, of so many events at most.
func (s *Sender) next(m Membership, waiting []pending, limit int) ([]room.Event, error) {
	var batch []room.Event
	size := 0
	for _, p := range waiting[:min(len(waiting), limit)] {
		e := s.event(m, p)
		data, err := room.Encode(e)
		if len(data) > maxBatch { // the JSON of what is hardly code
			e.Code = ""
			data, err = room.Encode(e)
		}
		if err != nil {
			return nil, err
		}
		if size += len(data) + 1; size > maxBatch && len(batch) > 0 {
			break
		}
		batch = append(batch, e)
	}
	return batch, nil
}

// event is what a board gets to know of an event of the log.
func (s *Sender) event(m Membership, p pending) room.Event {
	e := p.event
	out := room.Event{ID: room.EventID(m.Session, p.line), At: e.At.UTC(), Kind: string(e.Kind), Kata: e.Kata}
	switch e.Kind {
	case progress.KindRead:
		out.Lesson = e.Lesson
	case progress.KindHint:
		out.Tier = e.Tier
	case progress.KindVerdict:
		out.Status = e.Status
		k := s.Course.Kata(e.Kata)
		if k == nil {
			break // of a version with other katas: nothing is known behind its tests
		}
		out.Says = s.behind(k, e)
		if m.ShareCode {
			out.Code = s.code(k, e.Hash)
		}
	}
	return out
}

// behind are the beliefs that tests stand for which failed for a reason of their own.
func (s *Sender) behind(k *course.Kata, e progress.Event) []room.Belief {
	var says []room.Belief
	for _, name := range e.Failed {
		purpose := k.Tests[name]
		if purpose == nil || slices.Contains(e.Alike, name) {
			continue
		}
		m := s.Course.Misconceptions[purpose.Misconception]
		at := slices.IndexFunc(says, func(b room.Belief) bool { return b.ID == m.ID })
		if at < 0 {
			at = len(says)
			says = append(says, room.Belief{ID: m.ID, Says: m.Says, Truth: m.Truth})
		}
		says[at].Tests = append(says[at].Tests, name)
	}
	return says
}

// code is the version of the learner's file that a verdict is about, "" where it is not kept any more or is no text of a size to
// send: the verdict counts without it.
func (s *Sender) code(k *course.Kata, hash string) string {
	src, err := s.Source(k, hash)
	if err != nil || len(src) > room.MaxCode || !utf8.Valid(src) || bytes.ContainsRune(src, 0) {
		return ""
	}
	return string(src)
}
