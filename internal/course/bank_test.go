package course_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"

	"example.com/leakproof/internal/course"
)

// What the bank must hold.
const (
	minQuestions  = 150
	minTyped      = 25
	minBesides    = 4    // questions of a quiz that its lesson does not ask in place
	surelyLesson  = 0.01 // how rarely chance is this far off, over a lesson
	surelyBank    = 0.05 // and over the bank
	surelyOneWord = 0.005
)

// TestTheBankIsLargeAndVaried holds the size of the quiz: enough questions, at
// most half of them of kind single, enough to type and enough code to read.
func TestTheBankIsLargeAndVaried(t *testing.T) {
	c := content(t)
	count := map[course.Kind]int{}
	for _, q := range c.Questions {
		count[q.Kind]++
	}
	all := len(c.Questions)
	t.Logf("%d questions: %v", all, count)
	if all < minQuestions || count[course.Single] > all/2 || count[course.Type] < minTyped {
		t.Errorf("%d questions (%v): want at least %d, at most half of them single, at least %d to type", all, count, minQuestions, minTyped)
	}
	for _, l := range c.Lessons {
		inPlace := 0
		for _, s := range l.Sections {
			for _, b := range s.Blocks {
				if b.Kind == course.Checkpoint {
					inPlace++
				}
			}
		}
		if n := len(c.QuestionsOf(l.ID)) - inPlace; n < minBesides {
			t.Errorf("quiz/%s.toml: %d questions that the lesson does not ask in place, want at least %d", l.ID, n, minBesides)
		}
	}
}

// TestNoFormGivesTheAnswerAway picks options by their form alone: the shortest,
// the longest, the one most or least like the others, the one with a certain
// word. None of it may be right much more or much less often than chance.
func TestNoFormGivesTheAnswerAway(t *testing.T) {
	c := content(t)
	forms := map[string]func([]string) (int, bool){
		"the shortest option":              extreme(func(options []string, i int) int { return -len(options[i]) }),
		"the longest option":               extreme(func(options []string, i int) int { return len(options[i]) }),
		"the option most like the others":  extreme(likeness),
		"the option least like the others": extreme(func(options []string, i int) int { return -likeness(options, i) }),
	}
	for name, pick := range forms {
		var bank guesses
		for _, l := range c.Lessons {
			var lesson guesses
			for _, q := range c.QuestionsOf(l.ID) {
				if q.Kind == course.Single || q.Kind == course.Trace {
					lesson.add(q, pick)
				}
			}
			if p := lesson.chance(); p < surelyLesson {
				t.Errorf("quiz/%s.toml: %s is right in %s; chance is that far off in %.1f %% of cases", l.ID, name, lesson, 100*p)
			}
			bank = append(bank, lesson...)
		}
		t.Logf("%s: right in %s", name, bank)
		if p := bank.chance(); p < surelyBank {
			t.Errorf("%s is right in %s; chance is that far off in %.1f %% of cases", name, bank, 100*p)
		}
	}
	for _, word := range strings.Fields("always never only all just every because since so nothing must cannot still until while not") {
		var bank guesses
		for _, q := range c.Questions {
			if q.Kind == course.Single || q.Kind == course.Multi {
				bank.add(q, containing(word))
			}
		}
		t.Logf("an option with %q: right in %s", word, bank)
		if p := bank.chance(); p < surelyOneWord {
			t.Errorf("an option with %q is right in %s; chance is that far off in %.2f %% of cases", word, bank, 100*p)
		}
	}
}

// guess is one question answered by a form: whether that was right, and how
// likely it is for a blind choice.
type guess struct {
	right  bool
	likely float64
}

type guesses []guess

// add answers a question with the option that a form picks, if it picks one.
func (g *guesses) add(q *course.Question, pick func([]string) (int, bool)) {
	var texts []string
	right := 0
	for _, o := range q.Options {
		texts = append(texts, o.Text)
		if o.Right {
			right++
		}
	}
	if i, ok := pick(texts); ok {
		*g = append(*g, guess{q.Options[i].Right, float64(right) / float64(len(texts))})
	}
}

// chance is how often blind choices are at least as far from the expected
// number of hits, on either side.
func (g guesses) chance() float64 {
	hits := []float64{1} // hits[k]: how likely k hits are
	got := 0
	for _, one := range g {
		next := make([]float64, len(hits)+1)
		for k, p := range hits {
			next[k] += p * (1 - one.likely)
			next[k+1] += p * one.likely
		}
		hits = next
		if one.right {
			got++
		}
	}
	atMost, atLeast := 0.0, 0.0
	for k, p := range hits {
		if k <= got {
			atMost += p
		}
		if k >= got {
			atLeast += p
		}
	}
	return min(1, 2*atMost, 2*atLeast)
}

func (g guesses) String() string {
	got, expected := 0, 0.0
	for _, one := range g {
		expected += one.likely
		if one.right {
			got++
		}
	}
	return fmt.Sprintf("%d of %d (by chance %.1f)", got, len(g), expected)
}

// extreme picks the one option with the largest measure, and none where several
// share it.
func extreme(measure func(options []string, i int) int) func([]string) (int, bool) {
	return func(options []string) (int, bool) {
		best, alone := 0, true
		for i := 1; i < len(options); i++ {
			switch d := measure(options, i) - measure(options, best); {
			case d > 0:
				best, alone = i, true
			case d == 0:
				alone = false
			}
		}
		return best, alone
	}
}

// likeness counts the words that an option shares with the others.
func likeness(options []string, i int) int {
	n := 0
	for j, other := range options {
		if j == i {
			continue
		}
		words := strings.Fields(strings.ToLower(other))
		for _, w := range strings.Fields(strings.ToLower(options[i])) {
			if slices.Contains(words, w) {
				n++
			}
		}
	}
	return n
}

// containing picks the first option with a word, and none where all have it.
func containing(word string) func([]string) (int, bool) {
	return func(options []string) (int, bool) {
		first, n := 0, 0
		for i, o := range options {
			if !slices.Contains(strings.FieldsFunc(strings.ToLower(o), func(r rune) bool { return !unicode.IsLetter(r) }), word) {
				continue
			}
			if n++; n == 1 {
				first = i
			}
		}
		return first, 0 < n && n < len(options)
	}
}
