package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"example.com/leakproof/internal/team/room"
)

// person is a participant. Nothing of it changes once the room has it: a newer
// standing takes the place of the old.
type person struct {
	number int64 // of its row
	id     string
	name   string
	token  hash
	secret []byte // the hash of what the participant joins with again; nil without one. Only who joins just now has it here
	share  bool   // events may carry code
	joined time.Time
	standing
}

// standing is where somebody stands: the newest state of each kata and not
// what led to it, so that it does not grow with the number of events.
type standing struct {
	tally
	katas map[string]*kata
}

// tally counts what somebody sent.
type tally struct {
	Next   int       `json:"next"`  // the number of the next event; it only grows
	Total  int       `json:"total"` // events that are kept
	Bytes  int       `json:"bytes"` // their size
	Last   time.Time `json:"last,omitzero"`
	Kata   string    `json:"kata,omitempty"`
	Lesson string    `json:"lesson,omitempty"`
	Left   time.Time `json:"left,omitzero"` // zero for who is there
}

// kata is where somebody stands in a kata. All times are of arrival.
type kata struct {
	First    time.Time `json:"first"`
	Last     time.Time `json:"last"`
	Solved   time.Time `json:"solved,omitzero"`  // the first pass
	Verdict  time.Time `json:"verdict,omitzero"` // the newest verdict,
	Passed   time.Time `json:"passed,omitzero"`  // the newest change to a pass
	Status   string    `json:"status,omitempty"` // and what it said
	Says     []held    `json:"says,omitempty"`
	Verdicts int       `json:"verdicts"`
	Hints    int       `json:"hints"` // the highest tier
	Resets   int       `json:"resets"`
}

// held is a belief that the newest verdict names.
type held struct {
	room.Belief
	Since time.Time `json:"since"` // the arrival of the first of the verdicts in a row that name it
}

// take adds an event that arrived now.
func (s *standing) take(e room.Event, size int, now time.Time) {
	s.Total++
	s.Bytes += size
	s.Last = now
	switch e.Kind {
	case room.Read:
		s.Lesson = e.Lesson
		return
	case room.Leave:
		s.Left = now
		return
	}
	s.Kata = e.Kata
	k := &kata{First: now}
	if before := s.katas[e.Kata]; before != nil {
		*k = *before // which views may be computed from at this moment
	}
	s.katas[e.Kata] = k
	k.Last = now
	switch e.Kind {
	case room.Hint:
		k.Hints = max(k.Hints, e.Tier)
	case room.Reset:
		k.Resets++
	case room.Verdict:
		if e.Status == "pass" && k.Status != "pass" {
			k.Passed = now
		}
		if e.Status == "pass" && k.Solved.IsZero() {
			k.Solved = now
		}
		k.Verdicts++
		k.Verdict, k.Status, k.Says = now, e.Status, k.holds(e.Says, now)
	}
}

// holds are the beliefs that a verdict names, each once.
func (k *kata) holds(says []room.Belief, now time.Time) []held {
	var all []held
	for _, b := range says {
		same := func(h held) bool { return h.ID == b.ID }
		if slices.ContainsFunc(all, same) {
			continue
		}
		since := now
		if i := slices.IndexFunc(k.Says, same); i >= 0 {
			since = k.Says[i].Since
		}
		all = append(all, held{b, since})
	}
	return all
}

// stuck reports whether somebody who is there has a newest verdict of the kata that is not a pass.
func (s *standing) stuck(k *kata) bool {
	return s.Left.IsZero() && k.Status != "" && k.Status != "pass"
}

// decode reads a row as encode writes it. The tally is kept as kata "".
func (s *standing) decode(name, body string) error {
	var into any = &s.tally
	if name != "" {
		s.katas[name] = &kata{}
		into = s.katas[name]
	}
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return fmt.Errorf("a row of leakproof_standings is damaged: %w", err)
	}
	return nil
}

func (s *standing) encode(name string) (string, error) {
	var from any = s.tally
	if name != "" {
		from = s.katas[name]
	}
	body, err := json.Marshal(from)
	return string(body), err
}
