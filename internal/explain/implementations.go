package explain

import (
	"fmt"
	"path"
	"strings"
)

// Where the learner writes the test, it is run against implementations that are
// right and others that are wrong. These are the results, one for each.

// Accepts is about a right implementation that the test passes.
func Accepts(what string) string { return "your test accepts " + what }

// Notices is about a wrong implementation that the test refuses.
func Notices(what, test string) string { return fmt.Sprintf("your test notices %s, by %s", what, test) }

// Misses is about a wrong implementation that the test passes.
func Misses(what string) string { return fmt.Sprintf("your test passes %s: it did not notice", what) }

// Refuses is about a right implementation that the test refuses, and what it
// said.
func Refuses(what, test, said string) string {
	return fmt.Sprintf("your test refuses %s, which is right; %s: %s", what, test, strings.TrimRight(firstLine(said), ".;:,"))
}

// Sometimes is about an implementation that the test notices now and then, be
// it wrong or right.
func Sometimes(what string, n, of int) string {
	return fmt.Sprintf("your test notices %s in %d of %d runs: chance decides; let an event or virtual time decide", what, n, of)
}

// RefusesSometimes is about a right implementation that the test refuses now
// and then.
func RefusesSometimes(what string, n, of int, test, said string) string {
	return fmt.Sprintf("your test refuses %s in %d of %d runs, though it is right; %s: %s", what, n, of, test, strings.TrimRight(firstLine(said), ".;:,"))
}

// HangsOn is about an implementation on which the test does not end.
func HangsOn(what string, limit fmt.Stringer) string {
	return fmt.Sprintf("your test hangs on %s, and was ended after %s; a test that waits for what never comes has to end by itself, and say what is missing", what, limit)
}

// DoesNotFit is about an implementation that the test does not compile with.
func DoesNotFit(what, first string) string {
	return fmt.Sprintf("your test does not compile with %s (%s); use nothing of the package but its exported names", what, first)
}

// OrderDecides is about a right implementation that is refused only when the
// tests run in another order.
func OrderDecides(test, said string) string {
	return fmt.Sprintf("your tests depend on their order: in another one (go test -shuffle) %s says of a right implementation: %s; each has to set up what it needs", test, strings.TrimRight(firstLine(said), ".;:,"))
}

// NoSleep is about tests that do not sleep in real time.
func NoSleep() string { return "your test lets no real time decide" }

// Sleeps is about a test that sleeps in real time.
func Sleeps(test, file string, line int) string {
	return fmt.Sprintf("%s sleeps in real time at %s:%d and looks then: too short on a busy machine, too long on any other; wait for an event, or sleep in a bubble of synctest", test, path.Base(file), line)
}

// NoSource is about tests that look at behaviour alone.
func NoSource() string { return "your test looks at what the code does" }

// ReadsSource is about a test that reads files where behaviour is asked for.
func ReadsSource(file string, line int, what string) string {
	return fmt.Sprintf("%s:%d uses %s: a test that reads the source says nothing of what it does, and refuses code that does the same in other words; call the code", path.Base(file), line, what)
}

// NoTest is about a file without a test.
func NoTest(file string) string {
	return fmt.Sprintf("%s has no test; write func TestXxx(t *testing.T)", file)
}

// TestNotParsed is about a test file with a syntax error.
func TestNotParsed(err error) string { return DoesNotCompile(err.Error()) }

// NotTheCodeOnDisk is a note on code under test that was edited.
func NotTheCodeOnDisk(name, kata string) string {
	return fmt.Sprintf("%s is not as the workbook has it; your test was run against the workbook's own; %s restores it", name, resetCommand(kata))
}

// TestScore counts how a learner's test judged the implementations.
type TestScore struct {
	Right, Refused int  // right ones, and how many of them the test refuses
	Wrong, Missed  int  // wrong ones, and how many it does not refuse in each run
	Blind          bool // it refuses none of the wrong ones in any run
}

// Passed is the summary of a test that accepts what is right and notices what is
// wrong.
func (s TestScore) Passed() string {
	return fmt.Sprintf("your test accepts all %d right implementations and notices all %d wrong ones"+GoOn, s.Right, s.Wrong)
}

// Failed is the summary of a test that does not; first says what is wrong first.
func (s TestScore) Failed(first string) string {
	switch {
	case s.Refused == s.Right && s.Missed == 0:
		return "your test refuses every implementation, the right ones as well; start there: " + first
	case s.Refused > 0:
		return fmt.Sprintf("your test refuses %d of %d right implementations; start there: %s", s.Refused, s.Right, first)
	case s.Missed == s.Wrong && s.Blind:
		return fmt.Sprintf("your test passes all %d wrong implementations: it notices nothing yet; start with the first: %s", s.Wrong, first)
	case s.Missed > 0:
		return fmt.Sprintf("your test notices %d of %d wrong implementations; start with the next: %s", s.Wrong-s.Missed, s.Wrong, first)
	}
	return first
}
