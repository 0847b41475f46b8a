// Package report is what a member of a team hands over, what a team learns from
// the reports of its members, and what the verdicts in them are worth.
package report

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// Schema names this version of a report. Fields may be added within it; what is
// there keeps its name and meaning.
const (
	Schema       = "leakproof.report/1"
	schemaFamily = "leakproof.report/"
	version      = 1
)

// Caveat is what no report can promise.
const Caveat = "A report is what its member's own machine says: anybody can edit it. `leakproof regrade` runs its files again; " +
	"where a verdict counts, somebody reads the code too."

// Report is what one member did: "leakproof.report/1". Times are RFC 3339 in
// UTC, by the member's clock; one that is not known is left out.
type Report struct {
	Schema    string    `json:"schema"`
	At        time.Time `json:"at"`        // when the report was made
	Member    string    `json:"member"`    // a random id, the same in all reports from one state folder
	Name      string    `json:"name"`      // at most 40 letters
	Pseudonym bool      `json:"pseudonym"` // the program chose the name
	Version   string    `json:"version"`   // of the program: "v1.2.0", "(devel)" of a build from a clone
	LastSeen  time.Time `json:"last_seen,omitzero"`
	Minutes   int       `json:"minutes"` // that the log knows of; who does nothing for 15 minutes is away
	Lessons   []Lesson  `json:"lessons"` // those begun, in the order of the course
	Katas     []Kata    `json:"katas"`   // those begun, by number
	Caveat    string    `json:"caveat"`
}

// Lesson is how far a member is with a lesson and its questions.
type Lesson struct {
	ID           string    `json:"id"`
	State        string    `json:"state"`         // of reading: "open", "started" or "done"
	TestedOut    bool      `json:"tested_out"`    // the member has shown to know it, so that it counts as done
	SectionsRead int       `json:"sections_read"` // of Sections
	Sections     int       `json:"sections"`
	ReadAt       time.Time `json:"read_at,omitzero"` // when the last of these sections was read
	Right        int       `json:"right"`            // of Questions: those whose last answer was right
	Questions    int       `json:"questions"`
	AnsweredAt   time.Time `json:"answered_at,omitzero"` // the last answer
}

// Kata is what a member did with a kata. A reset ends a solution, as it does in
// the workbook, and takes nothing else away.
type Kata struct {
	ID       string    `json:"id"`
	BeganAt  time.Time `json:"began_at"` // the first verdict or hint
	LastAt   time.Time `json:"last_at"`
	Minutes  int       `json:"minutes"`
	Hints    int       `json:"hints"`            // the highest hint taken, 0 to 3
	Checks   int       `json:"checks"`           // how often the suite ran
	Versions int       `json:"versions"`         // how many versions it ran on
	Verdicts []Verdict `json:"verdicts"`         // the last one on each version, the newest first, at most 50
	Solved   *Solution `json:"solved,omitempty"` // absent while it is not solved
}

// Verdict is the last verdict on a version of what a member repairs.
type Verdict struct {
	At     time.Time `json:"at"`
	Status string    `json:"status"` // "pass", "fail", "compile-error", "timeout" or "untrusted"
	Hash   string    `json:"hash"`   // SHA-256 of the file or, where there are several, of their txtar archive; in hexadecimal
	Failed []string  `json:"failed"` // names of the tests that failed
	Origin string    `json:"origin"` // who ran the grader: "self" or, where CI's own variables said so, "ci"
}

// Solution is the claim that a kata is solved.
type Solution struct {
	At     time.Time         `json:"at"`              // when the suite first passed
	Hash   string            `json:"hash"`            // of the version that passed last; see [Verdict]
	Origin string            `json:"origin"`          // of that pass; see [Verdict]
	Files  map[string]string `json:"files,omitempty"` // that version, by the names in the kata's folder; absent without code
}

// maxVerdicts is how many versions of a kata a report names.
const maxVerdicts = 50

// Options are what a report can have or not.
type Options struct {
	Name    string // "" takes the pseudonym
	Version string // of the program
	Code    bool   // the files of solved katas
}

// Build makes a report from a learner's log and attempts. The notes are
// sentences on what had to be left out.
func Build(wb *workbook.Workbook, from Member, o Options) (r Report, notes []string) {
	done := wb.Report()
	r = Report{
		Schema: Schema, At: wb.Now().UTC(), Member: from.ID, Name: cmp.Or(o.Name, from.Pseudonym), Pseudonym: o.Name == "", Version: o.Version,
		LastSeen: wb.Log.State().Last(), Minutes: done.Minutes, Lessons: []Lesson{}, Katas: []Kata{}, Caveat: Caveat,
	}
	lessons, katas := map[string]*Lesson{}, map[string]*trail{}
	for e := range wb.Log.State().History() {
		follow(wb.Course, lessons, katas, e)
	}
	for _, l := range wb.Course.Lessons {
		if of := lessons[l.ID]; of != nil {
			r.Lessons = append(r.Lessons, lesson(wb, l, *of))
		}
	}
	for _, k := range wb.Course.Katas {
		of := katas[k.ID]
		if of == nil || of.BeganAt.IsZero() {
			continue
		}
		for _, known := range done.Katas {
			if known.Kata == k {
				of.Minutes = known.Minutes
			}
		}
		one, note := of.kata(wb, k, o.Code)
		if note != "" {
			notes = append(notes, note)
		}
		r.Katas = append(r.Katas, one)
	}
	return r, notes
}

// follow adds an event to what it is about.
func follow(c *course.Course, lessons map[string]*Lesson, katas map[string]*trail, e progress.Event) {
	about := func(id string) *Lesson {
		if lessons[id] == nil {
			lessons[id] = &Lesson{ID: id}
		}
		return lessons[id]
	}
	switch e.Kind {
	case progress.KindRead:
		about(e.Lesson).ReadAt = e.At
	case progress.KindAnswer:
		if q := c.Question(e.Question); q != nil {
			about(q.Lesson).AnsweredAt = e.At
		}
	case progress.KindTestOut:
		for _, id := range e.Lessons {
			about(id).TestedOut = true
		}
	case progress.KindVerdict, progress.KindHint, progress.KindReset:
		if katas[e.Kata] == nil {
			katas[e.Kata] = &trail{Kata: Kata{ID: e.Kata}}
		}
		katas[e.Kata].follow(e)
	case progress.KindRestore, progress.KindTick, progress.KindLab, progress.KindWelcome, progress.KindClock:
	}
}

// lesson is how far the learner is with it, who began it as one says.
func lesson(wb *workbook.Workbook, l *course.Lesson, one Lesson) Lesson {
	state := wb.Log.State()
	one.State, one.Sections = string(wb.ReadStep(l).State), len(l.Sections)
	for _, s := range l.Sections {
		if state.SectionRead(l.ID, s.ID) {
			one.SectionsRead++
		}
	}
	questions := wb.Course.QuestionsOf(l.ID)
	one.Questions = len(questions)
	for _, q := range questions {
		if a, ok := state.Answered(q.ID, q.Revision); ok && a.Right {
			one.Right++
		}
	}
	return one
}

// trail is what became of a kata so far. Its verdicts are in the order of the
// log.
type trail struct{ Kata }

func (t *trail) follow(e progress.Event) {
	if e.Kind == progress.KindReset {
		t.Solved = nil
		return
	}
	if t.BeganAt.IsZero() {
		t.BeganAt = e.At
	}
	t.LastAt = e.At
	if e.Kind == progress.KindHint {
		t.Hints = max(t.Hints, e.Tier)
		return
	}
	t.Checks++
	t.Verdicts = slices.DeleteFunc(t.Verdicts, func(v Verdict) bool { return v.Hash == e.Hash })
	v := Verdict{At: e.At, Status: e.Status, Hash: e.Hash, Failed: append([]string{}, e.Failed...), Origin: cmp.Or(e.Origin, grade.Self)}
	t.Verdicts = append(t.Verdicts, v)
	if explain.Status(e.Status) != explain.Pass {
		return
	}
	if t.Solved == nil {
		t.Solved = &Solution{At: e.At}
	}
	t.Solved.Hash, t.Solved.Origin = v.Hash, v.Origin
}

// kata is the trail as a report has it. The note says why it lacks the files.
func (t *trail) kata(wb *workbook.Workbook, k *course.Kata, code bool) (one Kata, note string) {
	one = t.Kata
	one.Versions = len(t.Verdicts)
	slices.Reverse(one.Verdicts)
	one.Verdicts = one.Verdicts[:min(len(one.Verdicts), maxVerdicts)]
	if one.Verdicts == nil { // hints only
		one.Verdicts = []Verdict{}
	}
	if one.Solved == nil || !code {
		return one, ""
	}
	files, err := files(wb.Space, k, one.Solved.Hash)
	if err != nil {
		return one, fmt.Sprintf("kata %d is reported without its file: %v", k.Number, err)
	}
	one.Solved.Files = files
	return one, ""
}

// files are those of a version that was checked.
func files(space workspace.Workspace, k *course.Kata, hash string) (map[string]string, error) {
	src, err := space.ReadAttempt(k, hash)
	if err != nil {
		return nil, err
	}
	parts, ok := k.Files(src)
	if !ok {
		return nil, errors.New("a line of it looks like a heading of the archive that several files are kept in, such as -- notes.go --; change that line and check again")
	}
	out := map[string]string{}
	for name, data := range parts {
		if err := checkFile(k, name); err != nil {
			return nil, err
		}
		if !utf8.Valid(data) {
			return nil, fmt.Errorf("%s is not UTF-8; save it as UTF-8 and check again", name)
		}
		out[name] = string(data)
	}
	return out, nil
}
