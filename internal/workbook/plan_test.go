package workbook

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// whole is a workbook on the whole course.
func whole(t *testing.T) *Workbook {
	t.Helper()
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	wb := open(t, grade.Verdict{})
	wb.Course = c
	return wb
}

// kinds counts the steps of a plan by their kinds.
func kinds(a agenda.Agenda) map[agenda.Kind]int {
	out := map[agenda.Kind]int{}
	for _, s := range a.Steps {
		out[s.Kind]++
	}
	return out
}

func TestAPlanTakesTheMinutesThatThereAre(t *testing.T) {
	wb := whole(t)
	shortest := 0
	for minutes := 1; minutes <= MaxSession; minutes++ {
		if minutes > 120 && minutes%5 != 0 && !nightly.On() {
			continue
		}
		a, err := wb.Plan(minutes, "")
		if err != nil {
			if shortest > 0 || !strings.Contains(err.Error(), "too short") {
				t.Errorf("%d minutes: %v", minutes, err)
			}
			continue
		}
		if shortest == 0 {
			shortest = minutes
		}
		if a.Minutes() != minutes {
			t.Errorf("the plan for %d minutes takes %d", minutes, a.Minutes())
		}
		if n := kinds(a)[agenda.Break]; n != minutes/120 {
			t.Errorf("%d minutes have %d breaks", minutes, n)
		}
	}
	if shortest == 0 || shortest > 30 {
		t.Errorf("the shortest plan takes %d minutes, and half an hour has to be enough", shortest)
	}
	if _, err := wb.Plan(shortest-1, ""); err == nil || !strings.Contains(err.Error(), "the shortest session takes 24,") {
		t.Errorf("one minute less: %v", err)
	}
	if _, err := wb.Plan(MaxSession+1, ""); err == nil {
		t.Error("a session of more than a day is planned")
	}
}

// TestAPlanForEachKata holds what every plan has, and that it says nothing aloud
// that the room has to find out.
func TestAPlanForEachKata(t *testing.T) {
	wb := whole(t)
	for _, k := range wb.Course.Katas {
		a, err := wb.Plan(240, k.ID)
		if err != nil {
			t.Errorf("%s: %v", k.ID, err)
			continue
		}
		passed, last := 0, 0 // minutes, and those at the last break
		for _, s := range a.Steps {
			if s.Kind == agenda.Break && passed-last < 40 {
				t.Errorf("%s: a break %d minutes after the one before", k.ID, passed-last)
			}
			if passed += s.Minutes; s.Kind == agenda.Break {
				last = passed
			}
		}
		if a.Minutes() != 240 {
			t.Errorf("%s: the plan takes %d minutes", k.ID, a.Minutes())
		}
		n := kinds(a)
		if lab := wb.toWatch(k, roomy); (n[agenda.Lab] == 1) != (lab != nil) {
			t.Errorf("%s: the plan has %v, and the lab on it is %v", k.ID, n, lab)
		}
		if n[agenda.Kata] != 1 || n[agenda.Question] != 1 || n[agenda.NearMiss] != 2 || n[agenda.Lesson] != len(k.Lessons) {
			t.Errorf("%s: the plan has %v", k.ID, n)
		}
		read, err := agenda.Read(strings.NewReader(a.Markdown()))
		if err != nil {
			t.Fatalf("%s: %v", k.ID, err)
		}
		scenes, err := wb.Scenes(read)
		if err != nil {
			t.Errorf("%s: %v", k.ID, err)
		}
		for i := range read.Steps {
			read.Steps[i].Line = 0
		}
		if !reflect.DeepEqual(read, a) {
			t.Errorf("%s: read back, the plan is %+v, want %+v", k.ID, read, a)
		}
		beliefs := map[string]bool{}
		for _, s := range scenes {
			text := s.Title + s.Text + s.About()
			switch {
			case (s.Kind == agenda.Lesson) != (s.Minutes == 0):
				t.Errorf("%s: %s, %q, takes %d minutes", k.ID, s.Kind, s.Title, s.Minutes)
			case s.Question != nil && (strings.Contains(text, rightOption(s.Question)) || !strings.Contains(s.Notes, oneLine(rightOption(s.Question)))):
				t.Errorf("%s: the answer stands where everybody sees it, or not in the notes: %+v", k.ID, s.Step)
			case s.Miss != nil && (strings.Contains(text, s.Miss.Why) || !strings.Contains(s.Notes, oneLine(s.Miss.Why))):
				t.Errorf("%s: the reason stands where everybody sees it, or not in the notes: %+v", k.ID, s.Step)
			case s.Miss != nil && !strings.Contains(wb.Reason(s), s.Miss.Why):
				t.Errorf("%s: the reason is %q", k.ID, wb.Reason(s))
			case s.Miss != nil && s.FromStart() == "":
				t.Errorf("%s: %s changes nothing", k.ID, s.Miss.ID)
			}
			if s.Miss != nil {
				beliefs[s.Miss.Misconception] = true
			}
		}
		if len(beliefs) != 2 {
			t.Errorf("%s: both near misses are about %v", k.ID, beliefs)
		}
	}
}

func TestNearMissesToDiscuss(t *testing.T) {
	miss := func(id, belief string, tests ...string) *course.Variant {
		return &course.Variant{ID: id, Misconception: belief, RefusedBy: tests}
	}
	all := []*course.Variant{
		{ID: "start"}, {ID: "right-a"},
		miss("wrong-a", "x", "T1", "T2"), miss("wrong-b", "x", "T1"), miss("wrong-c", "x", "T2"), miss("wrong-d", "y", "T1", "T2", "T3"),
	}
	for want, k := range map[string]*course.Kata{
		"wrong-b wrong-d": {Variants: all}, "wrong-b wrong-c": {Variants: all[:5]}, "wrong-a": {Variants: all[:3]}, "": {Variants: all[:2]},
	} {
		var got []string
		for _, v := range toDiscuss(k) {
			got = append(got, v.ID)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q are to be discussed, want %q", got, want)
		}
	}
}

func TestTheQuestionToVoteOn(t *testing.T) {
	question := func(id string, kind course.Kind, point, section string, difficulty int) *course.Question {
		return &course.Question{ID: id, Kind: kind, Lesson: "01-a", Teaches: []string{point}, Section: section, Difficulty: difficulty}
	}
	elsewhere := question("elsewhere", course.Single, "P", "s", 3)
	elsewhere.Lesson = "02-b"
	wb := &Workbook{Course: &course.Course{Questions: []*course.Question{
		elsewhere,
		question("no-hands", course.Order, "P", "s", 3),
		question("off", course.Single, "Q", "s", 3),
		question("easy", course.Trace, "P", "s", 1),
		question("in-place", course.Single, "P", "", 3),
		question("hard", course.Spot, "P", "s", 2),
	}}}
	k := &course.Kata{Lessons: []string{"01-a"}, Practises: []string{"P"}}
	asked := map[*course.Question]bool{}
	var got []string
	for q := wb.toVoteOn(k, asked); q != nil; q = wb.toVoteOn(k, asked) {
		asked[q] = true
		got = append(got, q.ID)
	}
	if strings.Join(got, " ") != "hard easy in-place off" {
		t.Errorf("the questions come as %q", got)
	}
}

// TestAPlanIsForTheTeam: what its lead has solved is new to the others.
func TestAPlanIsForTheTeam(t *testing.T) {
	wb := open(t, grade.Verdict{})
	before, err := wb.Plan(90, "")
	if err != nil {
		t.Fatal(err)
	}
	k := wb.Course.Katas[0]
	if err := wb.Log.Append(t.Context(), progress.Event{Kind: progress.KindVerdict, Kata: k.ID, Status: "pass"}); err != nil {
		t.Fatal(err)
	}
	after, err := wb.Plan(90, "")
	if err != nil || !reflect.DeepEqual(before, after) {
		t.Errorf("with the kata solved, the plan is %+v, %v; want %+v", after, err, before)
	}
	if steps, _ := wb.Propose(90, ""); slices.ContainsFunc(steps, func(s Step) bool { return s.Kata == k }) {
		t.Error("a solved kata is proposed to who has solved it")
	}
}

func TestAPlanOnATopic(t *testing.T) {
	wb := whole(t)
	for topic, want := range map[string]string{"lost-cancel": "Lost cancel", "23": "Leaky fan-out", "LEAKY fanout": "Leaky fan-out"} {
		if a, err := wb.Plan(90, topic); err != nil || a.Title != "Together: "+want {
			t.Errorf("about %q: %q, %v; want %q", topic, a.Title, err, want)
		}
	}
	for _, test := range []struct {
		minutes     int
		topic, want string
	}{
		{90, "kubernetes", `no kata is about "kubernetes"`},
		{1, "", "1 minute is too short: the shortest session takes 24, without the reading before"},
		{90, "on-call", `90 minutes are too short: the shortest session about "on-call" takes 119,`},
		{5000, "", "5000 minutes are more than a day of 480"},
	} {
		if _, err := wb.Plan(test.minutes, test.topic); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%d minutes about %q: %v, want %q", test.minutes, test.topic, err, test.want)
		}
	}
}

func TestScenesNameWhatIsUnknown(t *testing.T) {
	wb := whole(t)
	plan := "<!-- leakproof.agenda/1 -->\n# T\n" +
		"## 5 min: A\n@kata 05-lost-cancle\n## 5 min: B\n@lesson contxt-is-a-tree\n## 5 min: C\n@question tree-why-it-went-of\n" +
		"## 5 min: D\n@near-miss 05-lost-cancel/wrong-after-the-last-reed\n## 5 min: E\n@near-miss 05-lost-cancel/right-defer\n## 5 min: F\n@near-miss no-kata-at-all\n## 5 min: G\n@task w1-go-audits\n## 5 min: H\n"
	a, err := agenda.Read(strings.NewReader(plan))
	if err != nil {
		t.Fatal(err)
	}
	_, err = wb.Scenes(a)
	if err == nil {
		t.Fatal("ids that name nothing are taken")
	}
	lines := strings.Split(err.Error(), "\n")
	for i, want := range []string{
		`line 3: no kata "05-lost-cancle": did you mean 05-lost-cancel?`,
		`line 5: no lesson "contxt-is-a-tree": did you mean 05-context-is-a-tree?`,
		`line 7: no question "tree-why-it-went-of": did you mean tree-why-it-went-on?`,
		`line 9: no near miss "05-lost-cancel/wrong-after-the-last-reed": did you mean 05-lost-cancel/wrong-after-the-last-read?`,
		`line 11: no near miss "05-lost-cancel/right-defer": did you mean 05-lost-cancel/wrong-`,
		`line 13: no kata "no-kata-at-all": did you mean `,
		`line 15: no task "w1-go-audits": did you mean w1-go-audit?`,
	} {
		if i >= len(lines) || !strings.HasPrefix(lines[i], want) {
			t.Errorf("problem %d of\n%v\nis not %q", i+1, err, want)
		}
	}
	if len(lines) != 7 {
		t.Errorf("%d problems:\n%v", len(lines), err)
	}
}
