package workbook

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/team/agenda"
)

// pace is how many minutes the parts of a session get in a room.
type pace struct {
	welcome, vote, miss, closing int
	repair                       int  // for each minute that the kata takes somebody alone
	lab                          bool // there is time to watch a lab
}

// The paces: what a room needs to talk about everything, and the least with which
// each part still makes sense.
var (
	roomy = pace{welcome: 5, vote: 10, miss: 10, closing: 10, repair: 2, lab: true}
	brisk = pace{welcome: 2, vote: 3, miss: 3, closing: 3, repair: 1}
)

// misses are how many near misses of a kata a session discusses.
const misses = 2

// lasts is how long a kata takes with its question, its lab and its near misses.
func (w *Workbook) lasts(k *course.Kata, p pace) int {
	n := p.vote + p.repair*k.Minutes + misses*p.miss
	if l := w.toWatch(k, p); l != nil {
		n += l.Minutes
	}
	return n
}

const (
	breakMinutes = 10
	breakEvery   = 120 // minutes of a session
	fullPart     = 5   // with time to spare, parts take a multiple of it
)

// MaxSession is the longest session that can be planned, in minutes: a day.
const MaxSession = 480

// Plan proposes a session of so many minutes: the katas that [Workbook.Propose]
// picks for somebody who has done nothing yet, their lessons to be read before,
// and for each kata a question to vote on and two near misses to discuss. The
// minutes of its steps add up to those that were asked for. The error says what is
// possible where nothing fits or is about the topic.
func (w *Workbook) Plan(minutes int, topic string) (agenda.Agenda, error) {
	if minutes > MaxSession {
		return agenda.Agenda{}, fmt.Errorf("%d minutes are more than a day of %d: plan several sessions", minutes, MaxSession)
	}
	breaks := minutes / breakEvery
	shortest := 0
	for _, p := range []pace{roomy, brisk} {
		ends := p.welcome + p.closing + breaks*breakMinutes
		steps, least := w.pick(w.together(p), []StepKind{RepairStep}, minutes-ends, topic)
		if len(steps) > 0 {
			return w.plan(minutes, breaks, p, steps), nil
		}
		if shortest = least; least > 0 {
			shortest += ends
		}
	}
	if shortest == 0 {
		return agenda.Agenda{}, fmt.Errorf("no kata is about %q: every word has to stand in the title of the kata, of its lessons or of what it practises, and `leakproof list --curriculum` shows those", topic)
	}
	return agenda.Agenda{}, fmt.Errorf("%s: the shortest session%s takes %d, without the reading before", tooShort(minutes), on(topic), shortest)
}

func tooShort(minutes int) string {
	if minutes == 1 {
		return "1 minute is too short"
	}
	return fmt.Sprintf("%d minutes are too short", minutes)
}

func on(topic string) string {
	if topic == "" {
		return ""
	}
	return fmt.Sprintf(" about %q", topic)
}

// together is the path of a team that has done nothing yet and reads before the
// session.
func (w *Workbook) together(p pace) []Step {
	steps := w.Path()
	for i := range steps {
		s := &steps[i]
		s.State, s.Left = Open, 0
		if s.Kata != nil {
			s.Left = w.lasts(s.Kata, p)
		}
	}
	return steps
}

// plan makes an agenda of the lessons and katas that were picked.
func (w *Workbook) plan(minutes, breaks int, p pace, picked []Step) agenda.Agenda {
	var a agenda.Agenda
	var katas []*course.Kata
	for _, s := range picked {
		if s.Kata != nil {
			katas = append(katas, s.Kata)
			continue
		}
		a.Steps = append(a.Steps, agenda.Step{
			Title: fmt.Sprintf("Read lesson %d, %s", s.Lesson.Number, s.Lesson.Title), Kind: agenda.Lesson, ID: s.Lesson.ID,
			Text: fmt.Sprintf("It takes about %d minutes: `leakproof read %d`.", s.Lesson.Minutes, s.Lesson.Number),
		})
	}
	if p == brisk { // there is time for one
		katas = katas[:1]
		a.Steps = slices.DeleteFunc(a.Steps, func(s agenda.Step) bool { return !slices.Contains(katas[0].Lessons, s.ID) })
	}
	var titles, places []string
	for _, k := range katas {
		titles = append(titles, k.Title)
		places = append(places, "`"+k.Repaired()+"`")
	}
	a.Title = "Together: " + strings.Join(titles, ", ")
	a.Notes = howToEdit
	before := len(a.Steps)
	a.Steps = append(a.Steps, agenda.Step{
		Title: "Welcome", Minutes: p.welcome, Kind: agenda.Talk,
		Text:  fmt.Sprintf("Today we repair %s on one screen. Then we ask why repairs that look right are refused.", strings.Join(places, " and ")),
		Notes: "Ask first who has read what was to be read. `leakproof doctor` has to be green on the machine that shows this.",
	})
	asked := map[*course.Question]bool{}
	for _, k := range katas {
		a.Steps = append(a.Steps, w.round(k, p, asked)...)
	}
	a.Steps = append(a.Steps, w.closing(katas[len(katas)-1], p))
	share(a.Steps[before:], minutes-breaks*breakMinutes)
	a.Steps = pauses(a.Steps, breaks)
	return a
}

const howToEdit = `Change this plan as you like: move steps, delete or add some, give them other minutes. A step is a heading
such as ## 10 min: Title, with text for everybody below it. A line that begins with @ says which part of the
course the step shows. Lines that begin with > are notes for you: no screen shows them.
` + "`leakproof session present FILE` shows the plan on the projector."

// round is a kata with its question and its near misses.
func (w *Workbook) round(k *course.Kata, p pace, asked map[*course.Question]bool) []agenda.Step {
	var out []agenda.Step
	if q := w.toVoteOn(k, asked); q != nil {
		asked[q] = true
		out = append(out, agenda.Step{
			Title: "Vote on a question", Minutes: p.vote, Kind: agenda.Question, ID: q.ID,
			Text:  "Everybody chooses alone. Hands up for each answer, then one of each camp says why.",
			Notes: "The answer: " + oneLine(rightOption(q)) + "\n\n" + oneLine(q.Explanation),
		})
	}
	if l := w.toWatch(k, p); l != nil {
		out = append(out, agenda.Step{
			Title: "Watch it fail: " + l.Title, Minutes: l.Minutes, Kind: agenda.Lab, ID: l.ID,
			Text:  fmt.Sprintf("Say what the curve will do before each switch. `leakproof lab %s` opens it.", l.ID),
			Notes: "Ways to meet the mission:\n\n" + ways(l),
		})
	}
	what := "Repair"
	if k.AsksForATest() {
		what = "Write a test"
	}
	out = append(out, agenda.Step{
		Title: fmt.Sprintf("%s together: kata %d, %s", what, k.Number, k.Title), Minutes: p.repair * k.Minutes, Kind: agenda.Kata, ID: k.ID,
		Text:  fmt.Sprintf("One types, the others say what. `leakproof watch %d` runs the suite at each save.", k.Number),
		Notes: fmt.Sprintf("If nothing moves for ten minutes: `leakproof hint %d`. Swap who types when a test turns green.", k.Number),
	})
	for _, v := range toDiscuss(k) {
		notes := fmt.Sprintf("Refused by %s. %s", strings.Join(v.RefusedBy, ", "), oneLine(v.Why))
		if m := w.Course.Misconceptions[v.Misconception]; m != nil {
			notes += fmt.Sprintf("\n\nWhat it teaches: %s %s", oneLine(Believed(m)), oneLine(m.Truth))
		}
		out = append(out, agenda.Step{
			Title: "Almost right: " + strings.TrimRight(oneLine(v.Summary), "."), Minutes: p.miss, Kind: agenda.NearMiss, ID: path.Join(k.ID, v.ID),
			Text: "Would you have merged this? Say what goes wrong before the suite does.", Notes: notes,
		})
	}
	return out
}

// toWatch is a lab on what a kata practises, nil if there is none or no time.
func (w *Workbook) toWatch(k *course.Kata, p pace) *course.Lab {
	if !p.lab {
		return nil
	}
	for _, lesson := range k.Lessons {
		for _, l := range w.Course.LabsOf(lesson) {
			if slices.ContainsFunc(l.Teaches, func(point string) bool { return slices.Contains(k.Practises, point) }) {
				return l
			}
		}
	}
	return nil
}

// ways are how a lab's mission is met, with what each costs.
func ways(l *course.Lab) string {
	var lines []string
	for _, way := range l.Mission.Ways {
		lines = append(lines, fmt.Sprintf("- %s. %s", lab.Settings(l, way.Settings), oneLine(way.Price)))
	}
	return strings.Join(lines, "\n")
}

func oneLine(markdown string) string { return strings.Join(strings.Fields(markdown), " ") }

// rightOption is the right option in words.
func rightOption(q *course.Question) string {
	o := q.Options[q.Answer()[0]]
	if q.Kind == course.Spot {
		return fmt.Sprintf("line %d, `%s`", o.Line, o.Text)
	}
	return o.Text
}

// toVoteOn is a question on what a kata practises, with one right answer to raise
// a hand for. One that the lesson does not ask while it is read, and a hard one,
// parts the room best. It is nil if nothing is left to ask.
func (w *Workbook) toVoteOn(k *course.Kata, asked map[*course.Question]bool) *course.Question {
	var out []*course.Question
	for _, q := range w.Course.Questions {
		one := q.Kind == course.Single || q.Kind == course.Trace || q.Kind == course.Spot
		if one && slices.Contains(k.Lessons, q.Lesson) && !asked[q] {
			out = append(out, q)
		}
	}
	fits := func(q *course.Question) int {
		return len(slices.DeleteFunc(slices.Clone(q.Teaches), func(p string) bool { return !slices.Contains(k.Practises, p) }))
	}
	fresh := func(q *course.Question) int { return min(1, len(q.Section)) }
	slices.SortStableFunc(out, func(a, b *course.Question) int {
		return cmp.Or(cmp.Compare(fits(b), fits(a)), cmp.Compare(fresh(b), fresh(a)), cmp.Compare(b.Difficulty, a.Difficulty))
	})
	if len(out) == 0 {
		return nil
	}
	return out[0]
}

// toDiscuss are near misses of a kata, each of another belief as far as there are
// so many: those that the fewest tests refuse come nearest.
func toDiscuss(k *course.Kata) []*course.Variant {
	all := k.NearMisses()
	slices.SortStableFunc(all, func(a, b *course.Variant) int { return cmp.Compare(len(a.RefusedBy), len(b.RefusedBy)) })
	seen := map[string]bool{}
	var out, rest []*course.Variant
	for _, v := range all {
		if seen[v.Misconception] {
			rest = append(rest, v)
		} else {
			seen[v.Misconception] = true
			out = append(out, v)
		}
	}
	out = append(out, rest...)
	return out[:min(misses, len(out))]
}

// closing is what everybody takes home: the habit of the kata's last lesson, and
// a task on it or, where the course has none, the question where it is missing.
func (w *Workbook) closing(k *course.Kata, p pace) agenda.Step {
	s := agenda.Step{Title: "In our own service", Minutes: p.closing, Notes: "Write down who looks, and by when."}
	if l := w.Course.Lesson(k.After()); l != nil {
		s.Text = "The habit: " + oneLine(l.Habit)
	}
	if s.Kind, s.ID = agenda.Task, w.takesHome(k); s.ID == "" {
		s.Kind = agenda.Talk
		s.Text = strings.TrimSpace(s.Text + "\n\nWhere is it missing in our code? Everybody names one place.")
	}
	return s
}

// akin is how many words a task and a kata have to share for the one to be about
// the other.
const akin = 2

// takesHome is the task that shares most words with the kata's title and what it
// practises, "" if none shares enough.
func (w *Workbook) takesHome(k *course.Kata) string {
	about := k.ID + " " + k.Title
	for _, point := range w.Course.Points {
		if slices.Contains(k.Practises, point.ID) {
			about += " " + point.Title
		}
	}
	words, best, most := vocabulary(about), "", akin-1
	for _, task := range w.Course.Tasks() {
		common := 0
		for word := range vocabulary(task.Task + " " + task.Text) {
			if words[word] {
				common++
			}
		}
		if common > most {
			best, most = task.Task, common
		}
	}
	return best
}

// vocabulary are the words of a text that say something, without their endings.
func vocabulary(text string) map[string]bool {
	out := map[string]bool{}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if word = strings.TrimSuffix(word, "s"); utf8.RuneCountInString(word) > 3 {
			out[word] = true
		}
	}
	return out
}

// share gives steps more minutes until they add up: each minute to the step that
// has the least of them for what it began with. Where that leaves time for it, the
// steps take multiples of five minutes.
func share(steps []agenda.Step, minutes int) {
	weight := make([]int, len(steps))
	for i, s := range steps {
		weight[i] = s.Minutes
		minutes -= s.Minutes
	}
	for minutes > 0 {
		more := 1
		if minutes >= fullPart && allFull(steps) {
			more = fullPart
		}
		least := 0
		for i := range steps {
			if (steps[i].Minutes+more)*weight[least] < (steps[least].Minutes+more)*weight[i] {
				least = i
			}
		}
		steps[least].Minutes += more
		minutes -= more
	}
}

func allFull(steps []agenda.Step) bool {
	return !slices.ContainsFunc(steps, func(s agenda.Step) bool { return s.Minutes%fullPart != 0 })
}

// pauses puts breaks between the steps so that they part the session about evenly.
// Where a step is so long that none can, it gets the minutes: its lead breaks off.
func pauses(steps []agenda.Step, breaks int) []agenda.Step {
	whole := agenda.Agenda{Steps: steps}.Minutes()
	for i := range breaks {
		want := whole * (i + 1) / (breaks + 1)
		at, off, passed := 0, whole/(2*(breaks+1)), 0 // the place nearest to it
		for j, s := range steps {
			beside := s.Kind == agenda.Break || j > 0 && steps[j-1].Kind == agenda.Break
			if d := max(passed-want, want-passed); passed > 0 && !beside && d < off {
				at, off = j, d
			}
			if s.Kind != agenda.Break {
				passed += s.Minutes
			}
		}
		if at == 0 {
			longest := slices.MaxFunc(steps, func(a, b agenda.Step) int { return cmp.Compare(a.Minutes, b.Minutes) })
			steps[slices.Index(steps, longest)].Minutes += breakMinutes
			continue
		}
		steps = slices.Insert(steps, at, agenda.Step{Title: "A break", Minutes: breakMinutes, Kind: agenda.Break})
	}
	return steps
}
