package review_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/review"
)

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

func answered(q *course.Question, after time.Duration, right bool, choice ...int) progress.Event {
	return progress.Event{
		Kind: progress.KindAnswer, At: monday.Add(after), Question: q.ID, Revision: q.Revision, Right: right, Choice: choice,
	}
}

func due(s review.Schedule) []string {
	ids := []string{}
	for _, q := range s.Due {
		ids = append(ids, q.ID)
	}
	return ids
}

// dueDay is the first day on which anything is due again.
func dueDay(t *testing.T, c *course.Course, history []progress.Event, from int) int {
	t.Helper()
	for d := from; d < 400; d++ {
		if len(review.New(c, slices.Values(history), monday.Add(time.Duration(d)*day+time.Hour)).Due) > 0 {
			return d
		}
	}
	t.Fatal("nothing is due within 400 days")
	return 0
}

func TestARightAnswerComesBackLaterEachTime(t *testing.T) {
	c := coursetest.Course(t)
	q := c.Question("close-first")
	history := []progress.Event{answered(q, 0, true, 0)}
	if s := review.New(c, slices.Values(history), monday.Add(time.Hour)); len(s.Due) != 0 || s.Next.Before(monday.Add(day)) {
		t.Fatalf("due at once: %v, next %v", due(s), s.Next)
	}
	last, gap := 0, 0
	for range 4 {
		next := dueDay(t, c, history, last+1)
		if next-last <= gap {
			t.Fatalf("due after %d days, before that after %d", next-last, gap)
		}
		last, gap = next, next-last
		history = append(history, answered(q, time.Duration(next)*day+time.Hour, true, 0))
	}
}

func TestTheRatingComesFromTheTries(t *testing.T) {
	c := coursetest.Course(t)
	q := c.Question("close-trace")
	tries := func(wrong int) int {
		var history []progress.Event
		for i := range wrong {
			history = append(history, answered(q, time.Duration(i)*time.Minute, false, 1))
		}
		history = append(history, answered(q, time.Hour, true, 0))
		return dueDay(t, c, history, 1)
	}
	if once, twice, often := tries(0), tries(1), tries(2); once <= twice || twice < often || often < 1 {
		t.Errorf("due after %d days at the first try, %d at the second, %d at the third", once, twice, often)
	}
}

func TestAWrongAnswerAddsItsMisconception(t *testing.T) {
	c := coursetest.Course(t)
	first := c.Question("close-first")
	s := review.New(c, slices.Values([]progress.Event{answered(first, 0, false, 1)}), monday.Add(2*day))
	if len(s.Beliefs) != 1 || s.Beliefs[0].ID != "collector-closes" || s.Beliefs[0].Met != 1 || s.Beliefs[0].Cleared || s.Beliefs[0].Lesson.ID != "01-close" {
		t.Fatalf("beliefs: %+v", s.Beliefs)
	}
	if got := due(s); len(got) == 0 || got[0] != "close-first" {
		t.Errorf("due: %v", got)
	}
	s = review.New(c, slices.Values([]progress.Event{answered(first, 0, false, 1), answered(first, time.Minute, true, 0)}), monday)
	if !s.Beliefs[0].Cleared {
		t.Error("a right answer does not clear the misconception")
	}
}

func TestAFailedTestAddsItsMisconception(t *testing.T) {
	c := coursetest.Course(t)
	k := c.Katas[0]
	failed := func(hash string, tests ...string) progress.Event {
		return progress.Event{Kind: progress.KindVerdict, At: monday, Kata: k.ID, Status: "fail", Hash: hash, Failed: tests}
	}
	if s := review.New(c, slices.Values([]progress.Event{failed(k.StartHash(), "TestReadWorks")}), monday.Add(2*day)); len(s.Beliefs) != 0 {
		t.Errorf("the start of a kata is nobody's mistake: %+v", s.Beliefs)
	}
	follower := failed("other", "TestReadWorks")
	follower.Alike = follower.Failed
	if s := review.New(c, slices.Values([]progress.Event{follower}), monday.Add(2*day)); len(s.Beliefs) != 0 {
		t.Errorf("a test that fails like another one speaks of no belief: %+v", s.Beliefs)
	}
	history := []progress.Event{failed("other", "TestReadWorks", "TestGone")}
	s := review.New(c, slices.Values(history), monday.Add(2*day))
	if len(s.Beliefs) != 1 || s.Beliefs[0].ID != "collector-closes" {
		t.Fatalf("beliefs: %+v", s.Beliefs)
	}
	history = append(history, progress.Event{Kind: progress.KindVerdict, At: monday.Add(time.Hour), Kata: k.ID, Status: "pass"})
	if s := review.New(c, slices.Values(history), monday.Add(2*day)); !s.Beliefs[0].Cleared {
		t.Error("solving the kata does not clear it")
	}
}

func TestWhatHasGoneMeansNothing(t *testing.T) {
	c := coursetest.Course(t)
	q := *c.Question("close-first")
	gone, old := q, q
	gone.ID = "close-gone"
	old.Revision = 99
	s := review.New(c, slices.Values([]progress.Event{
		answered(&gone, 0, false, 1), answered(&old, 0, false, 1),
		{Kind: progress.KindVerdict, Kata: "09-gone", Status: "fail", Failed: []string{"TestX"}},
		{Kind: progress.KindAnswer, Question: q.ID, Revision: q.Revision, Choice: []int{-1, 77}, At: monday},
	}), monday.Add(30*day))
	if len(s.Due) > 1 || len(s.Beliefs) != 0 {
		t.Errorf("due %v, beliefs %+v", due(s), s.Beliefs)
	}
}

func TestADayBringsAtMostTheCap(t *testing.T) {
	c := &course.Course{Misconceptions: map[string]*course.Misconception{}}
	var history []progress.Event
	for i := range 3 * review.Cap {
		q := &course.Question{ID: fmt.Sprintf("q-%d", i), Revision: 1, Kind: course.Single, Options: make([]course.Option, 3)}
		c.Questions = append(c.Questions, q)
		history = append(history, answered(q, time.Duration(i)*time.Second, true, 0))
	}
	later := 60 * day
	s := review.New(c, slices.Values(history), monday.Add(later))
	if len(s.Due) != review.Cap {
		t.Fatalf("%d due, want the cap of %d", len(s.Due), review.Cap)
	}
	for i, q := range s.Due[:5] {
		history = append(history, answered(q, later+time.Duration(i)*time.Minute, true, 0))
	}
	if s := review.New(c, slices.Values(history), monday.Add(later+time.Hour)); len(s.Due) != review.Cap-5 {
		t.Errorf("%d due after 5 were answered, want %d", len(s.Due), review.Cap-5)
	}
	if s := review.New(c, slices.Values(history), monday.Add(later+day)); len(s.Due) != review.Cap {
		t.Errorf("%d due on the next day, want %d", len(s.Due), review.Cap)
	}
}

// TestTheScheduleIsRebuiltFromTheLog holds that what is kept is the log alone.
func TestTheScheduleIsRebuiltFromTheLog(t *testing.T) {
	c := coursetest.Course(t)
	dir := t.TempDir()
	log, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, q := range c.Questions {
		if err := log.Append(t.Context(), answered(q, time.Duration(i)*time.Minute, i%2 == 0, i%2)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	now := monday.Add(3 * day)
	a, b := review.New(c, log.State().History(), now), review.New(c, again.State().History(), now)
	if fmt.Sprint(due(a), a.Next, len(a.Beliefs)) != fmt.Sprint(due(b), b.Next, len(b.Beliefs)) || len(a.Due) == 0 {
		t.Errorf("as it was: %v %v, as read again: %v %v", due(a), a.Next, due(b), b.Next)
	}
}

// TestAPredictionComesBack once it was made: a wrong one the next day, with its
// misconception, a right one later.
func TestAPredictionComesBack(t *testing.T) {
	c := coursetest.Course(t)
	q := c.Labs[0].Predictions[0].Question
	at := func(d int, events ...progress.Event) review.Schedule {
		return review.New(c, slices.Values(events), monday.Add(time.Duration(d)*day+time.Hour))
	}
	if s := at(30); len(s.Due) != 0 {
		t.Errorf("due although nobody predicted anything: %v", due(s))
	}
	wrong := answered(q, 0, false, 1)
	if s := at(1, wrong); !slices.Equal(due(s), []string{q.ID}) || len(s.Beliefs) != 1 || s.Beliefs[0].ID != "collector-closes" || s.Beliefs[0].Lesson.ID != "01-close" {
		t.Errorf("after a wrong prediction: due %v, beliefs %+v", due(s), s.Beliefs)
	}
	right := answered(q, day, true, 0)
	if s := at(2, wrong, right); len(s.Due) != 0 || !s.Beliefs[0].Cleared {
		t.Errorf("after a right answer: due %v, beliefs %+v", due(s), s.Beliefs)
	}
	if s := at(1, answered(q, 0, true, 0)); len(s.Due) != 0 || s.Next.Before(monday.Add(day)) {
		t.Errorf("after a right prediction: due %v, next %v", due(s), s.Next)
	}
	if s := at(60, answered(q, 0, true, 0)); !slices.Equal(due(s), []string{q.ID}) {
		t.Errorf("two months after a right prediction: due %v", due(s))
	}
	// A belief that a kata's test stands for is asked about by a prediction that the learner knows.
	failed := progress.Event{Kind: progress.KindVerdict, At: monday.Add(time.Hour), Kata: "01-open-file", Status: "fail", Hash: "other", Failed: []string{"TestReadClosesOnFailure"}}
	if s := at(2, answered(q, 0, true, 0), failed); !slices.Equal(due(s), []string{q.ID}) {
		t.Errorf("after a right prediction and a failed test of the same belief: due %v", due(s))
	}
	old := wrong
	old.Revision++
	if s := at(1, old); len(s.Due) != 0 {
		t.Errorf("due although another revision was predicted: %v", due(s))
	}
}

func TestNearMissesAskAboutARepair(t *testing.T) {
	c := &course.Course{Misconceptions: map[string]*course.Misconception{}}
	k := &course.Kata{ID: "01-x", Number: 1, Title: "X", File: "notes.go", Lessons: []string{"01-y"}, Tests: map[string]*course.TestPurpose{}}
	k.Variants = append(k.Variants, &course.Variant{ID: "start", Files: map[string][]byte{"notes.go": []byte("x")}})
	for _, m := range []string{"a", "b", "c", "d"} {
		c.Misconceptions[m] = &course.Misconception{ID: m, Says: m, Truth: "not " + m}
		k.Variants = append(k.Variants, &course.Variant{ID: "wrong-" + m, Summary: "Like " + m + ".", Why: "Because of " + m + ".", Misconception: m})
		k.Tests["Test"+m] = &course.TestPurpose{Misconception: m}
	}
	c.Katas = []*course.Kata{k}
	s := review.New(c, slices.Values([]progress.Event{{Kind: progress.KindVerdict, At: monday, Kata: k.ID, Status: "fail", Hash: "other", Failed: []string{"Testb"}}}), monday.Add(2*day))
	if got := due(s); len(got) != 1 || got[0] != "near-miss-01-x-wrong-b" {
		t.Fatalf("due: %v", got)
	}
	q := s.Due[0]
	if len(q.Options) != 4 || q.Options[0].Text != "Because of b." || !q.Options[0].Right {
		t.Errorf("options: %+v", q.Options)
	}
	s = review.New(c, slices.Values([]progress.Event{
		{Kind: progress.KindVerdict, At: monday, Kata: k.ID, Status: "fail", Hash: "other", Failed: []string{"Testb"}},
		answered(q, 2*day, true, 0),
	}), monday.Add(2*day+time.Hour))
	if len(s.Due) != 0 || !s.Beliefs[0].Cleared {
		t.Errorf("after a right answer: due %v, beliefs %+v", due(s), s.Beliefs)
	}
}
