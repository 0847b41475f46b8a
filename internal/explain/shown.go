package explain

import (
	"fmt"
	"slices"
	"time"

	"example.com/leakproof/internal/text"
)

// How a verdict is shown, as screens and lines alike say it. What may hold
// Markdown is Markdown.

// Headline is a verdict on a kata in one line.
func Headline(number int, title string, status Status, summary string) string {
	return fmt.Sprintf("Kata %d, %s. %s: %s", number, title, status.Word(), summary)
}

// Counts says how many tests passed or, of a learner's test, how much it judged
// rightly, and how they ran; "" if none did.
func Counts(all []Test, ofATest, race bool, elapsed time.Duration) string {
	passed := 0
	for _, t := range all {
		if t.Status == Pass {
			passed++
		}
	}
	if len(all) == 0 {
		return ""
	}
	with := "with the race detector"
	if !race {
		with = "WITHOUT the race detector"
	}
	what := "tests pass"
	if ofATest {
		what = "judged rightly"
	}
	return fmt.Sprintf("%d of %d %s, %s, %.1f s", passed, len(all), what, with, elapsed.Seconds())
}

// NearMiss says that a repair fails as a known one does.
func NearMiss(summary, why string) string {
	return "**It looks like a known near miss:** " + text.Join(summary, why)
}

// Behind says which belief is often behind a failed test, and what is so. A
// learner needs both: who reads the truth alone does not see what it corrects.
func Behind(says, truth string) string {
	return "Often the reason: " + text.Join("“"+says+"”", truth)
}

// FindingsOf are the findings to show with a test, or with "" those of the run as
// a whole. What the suite said itself is the test's message already.
func FindingsOf(all []Finding, test string) []Finding {
	return slices.DeleteFunc(slices.Clone(all), func(f Finding) bool {
		return f.Kind == KindContract || f.Test != test && !slices.Contains(f.Also, test)
	})
}

// Sentence says what happened.
func (f Finding) Sentence() string { return "What happened: " + f.Text + "." }
