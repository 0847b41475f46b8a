package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

// Mark is what the numbers were at a time of a script.
type Mark struct {
	Name    string             `json:"name"`
	At      float64            `json:"at"` // as in samples
	Numbers map[string]float64 `json:"numbers"`
}

// Expected is one expectation of a script and what became of it.
type Expected struct {
	Line     int     `json:"line"`
	At       float64 `json:"at"`   // as in samples
	Text     string  `json:"text"` // as the script says it
	Holds    bool    `json:"holds"`
	Measured string  `json:"measured"` // in words
}

// Played is what became of a script.
type Played struct {
	Marks    []Mark
	Expected []Expected
	Mission  MissionState
	OK       bool // all expectations hold, and the mission was met unless the script expects otherwise
}

// Steered is a run that a script steers.
type Steered interface {
	Next(context.Context) (Update, bool)
	Err() error
	Set(ctx context.Context, setting string, value int) error
}

// Tell is told of each thing as it happens. Its fields may be nil.
type Tell struct {
	Update   func(Update)
	Mark     func(Mark)
	Expected func(Expected)
}

// Play plays a script on a run, which the caller stops. The error is ctx's or
// that of the run, which cannot end before its script.
func Play(ctx context.Context, run Steered, script *Script, record *Record, tell Tell) (Played, error) {
	p := &player{script: script, record: record, tell: tell}
	for {
		u, ok := run.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return Played{}, ctx.Err()
		case !ok && run.Err() != nil:
			return Played{}, run.Err()
		case !ok:
			return Played{}, errors.New("the lab has ended before its script: start it again")
		}
		record.Add(u)
		if tell.Update != nil {
			tell.Update(u)
		}
		if u.Sample == nil {
			continue
		}
		settings, ended := p.sample(u.Sample.At)
		for _, s := range settings {
			if err := run.Set(ctx, s.Name, s.Value); err != nil {
				return Played{}, err
			}
		}
		if ended {
			return p.played(), nil
		}
	}
}

// player is how far a script is.
type player struct {
	script   *Script
	record   *Record
	tell     Tell
	next     int
	first    float64 // the time of the first sample
	began    bool
	marks    []Mark
	expected []Expected
}

// sample does what is due at a sample: it returns what to set, and whether the
// script has ended.
func (p *player) sample(at float64) (settings []wire.Setting, ended bool) {
	if !p.began {
		p.first, p.began = at, true
	}
	for ; p.next < len(p.script.steps); p.next++ {
		switch s := p.script.steps[p.next]; {
		case s.at > at-p.first:
			return settings, false
		case s.mark != "":
			m := Mark{Name: s.mark, At: at, Numbers: p.record.Mark()}
			p.marks = append(p.marks, m)
			if p.tell.Mark != nil {
				p.tell.Mark(m)
			}
		case s.set != nil:
			settings = append(settings, *s.set)
		case s.expect != nil:
			holds, measured := s.expect(p, s)
			e := Expected{Line: s.line, At: at, Text: strings.TrimPrefix(s.text, "expect "), Holds: holds, Measured: measured}
			p.expected = append(p.expected, e)
			if p.tell.Expected != nil {
				p.tell.Expected(e)
			}
		}
	}
	return settings, true
}

// at is what was kept at a mark, which the script has set before.
func (p *player) at(mark string) Mark {
	for _, m := range p.marks {
		if m.Name == mark {
			return m
		}
	}
	return Mark{}
}

// since is when the last mark of an earlier time of the script was set.
func (p *player) since(time float64) float64 {
	since := p.first
	for _, s := range p.script.steps {
		if s.mark != "" && s.at < time {
			since = p.at(s.mark).At
		}
	}
	return since
}

func (p *player) played() Played {
	out := Played{Marks: p.marks, Expected: p.expected, Mission: p.record.Mission()}
	out.OK = out.Mission.Met || p.script.unmet
	for _, e := range p.expected {
		out.OK = out.OK && e.Holds
	}
	return out
}

// Measured writes the marks as a measured.toml: of the numbers of the lab's
// curves, with what machine they were measured on.
func Measured(l *course.Lab, marks []Mark, machine string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "machine = %q\n", machine)
	told := map[string]bool{}
	for _, c := range l.Curves {
		for _, id := range c.Numbers {
			if told[id] {
				continue
			}
			told[id] = true
			fmt.Fprintf(&out, "\n[[row]]\nnumber = %q\n[row.at]\n", id)
			for _, m := range marks {
				if v, ok := m.Numbers[id]; ok {
					fmt.Fprintf(&out, "%s = %s\n", m.Name, significant(v))
				}
			}
		}
	}
	return out.String()
}
