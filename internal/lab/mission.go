package lab

import (
	"fmt"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/text"
)

// MissionState is how far the mission is.
type MissionState struct {
	Met      bool    // it was held for long enough, once
	Held     float64 // seconds for which all holds now
	Waits    string  // what has to happen first, in words; "" when it counts
	Evidence []Evidence
	Anew     string      // why the seconds last began anew, in a sentence; "" if they never did
	Way      *course.Way // Met: how, if it is one of the lab's; the price is there
	Then     []Evidence  // Met: the evidence at that time
	MetAt    float64
}

// Evidence is one condition of the mission with what is measured.
type Evidence struct {
	Text  string // "reads answered in time: 99.6 % (at least 99 %)"
	Holds bool
}

// mission is the mission with what its seconds are counted by.
type mission struct {
	MissionState
	after     bool    // what must have been so first has been so
	afterFrom float64 // since when it is; only where waiting
	waiting   bool
	holdFrom  float64 // since when all holds; only where holding
	holding   bool
}

// Mission is how far the mission is. The seconds begin anew when a need does
// not hold and when time jumps. A disturbed sample says nothing for or against it:
// they stand still.
func (r *Record) Mission() MissionState {
	m := r.mission.MissionState
	if len(r.samples) == 0 {
		m.Evidence, m.Waits = r.evidence(), r.waits()
	}
	return m
}

// judge looks at the mission after a sample.
func (r *Record) judge(jumped bool) {
	m, at, last := &r.mission, r.At(), r.samples[len(r.samples)-1]
	if jumped {
		m.waiting = false
	}
	if !m.after {
		so := r.holds(r.Lab.Mission.After)
		if so && !m.waiting {
			m.afterFrom = at
		}
		m.waiting = so
		m.after = so && at-m.afterFrom >= float64(r.Lab.Mission.AfterFor)
	}
	m.Waits, m.Evidence = r.waits(), r.evidence()

	if last.Disturbed != "" && !jumped && m.Waits == "" {
		if m.holding {
			m.holdFrom += at - r.samples[len(r.samples)-2].At
		}
		return
	}
	failed := ""
	switch {
	case jumped:
		failed = "time jumped"
	case m.Waits != "":
		failed = m.Waits
	default:
		for _, e := range m.Evidence {
			if !e.Holds {
				failed = e.Text
			}
		}
	}
	if failed != "" {
		if m.holding && m.Held > 0 && !m.Met {
			m.Anew = fmt.Sprintf("The %d s began anew at %s: %s.", r.Lab.Mission.Hold, Seconds(at), failed)
		}
		m.holding, m.Held = false, 0
		return
	}
	if !m.holding {
		m.holding, m.holdFrom = true, at
	}
	m.Held = min(at-m.holdFrom, float64(r.Lab.Mission.Hold))
	if !m.Met && m.Held >= float64(r.Lab.Mission.Hold) {
		m.Met, m.MetAt, m.Then, m.Way = true, at, m.Evidence, r.way()
	}
}

// waits says what has to happen before the mission counts, or what has to be so
// while it does; "" if it counts.
func (r *Record) waits() string {
	task := r.Lab.Mission
	switch {
	case !r.mission.after && len(task.After) > 0 && task.AfterFor > 0:
		said := fmt.Sprintf("it counts once %s for %d s", are(r.Lab, "has been", task.After), task.AfterFor)
		if r.mission.waiting {
			said += fmt.Sprintf(" (%d so far)", int(r.At()-r.mission.afterFrom))
		}
		return said
	case !r.mission.after && len(task.After) > 0:
		return "it counts once " + are(r.Lab, "is", task.After)
	case !r.holds(task.Given):
		return "it counts while " + are(r.Lab, "is", task.Given)
	default:
		return ""
	}
}

// evidence is what the last sample says of the needs.
func (r *Record) evidence() []Evidence {
	var out []Evidence
	for _, need := range r.Lab.Mission.Needs {
		n, words, limit := Number(r.Lab, need.Number), "at most", need.AtMost
		if need.AtLeast != nil {
			words, limit = "at least", need.AtLeast
		}
		v, ok := r.Now(need.Number)
		e := Evidence{Holds: ok && (need.AtLeast != nil && v >= *limit || need.AtLeast == nil && v <= *limit)}
		measured := "not measured now"
		if ok {
			measured = text.Amount(n.Unit, v)
			if !e.Holds && measured == text.Amount(n.Unit, *limit) {
				measured = text.AmountTo(n.Unit, v, 4) // it fails by less than is shown otherwise
			}
		}
		e.Text = fmt.Sprintf("%s: %s (%s %s)", n.Title, measured, words, text.Amount(n.Unit, *limit))
		out = append(out, e)
	}
	return out
}

// way is the way that the settings are now; of several, the one that names most
// settings.
func (r *Record) way() *course.Way {
	var found *course.Way
	for i := range r.Lab.Mission.Ways {
		w := &r.Lab.Mission.Ways[i]
		if r.holds(w.Settings) && (found == nil || len(w.Settings) > len(found.Settings)) {
			found = w
		}
	}
	return found
}
