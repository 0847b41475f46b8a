package explain

import (
	"testing"
	"time"
)

func TestEachKindOfVerdictHasAWordOfItsOwn(t *testing.T) {
	for status, want := range map[Status]string{
		Pass: "Pass", Fail: "Fail", CompileError: "Does not compile", Timeout: "Timeout", Untrusted: "Untrusted", Unavailable: "Cannot run",
	} {
		if got := status.Word(); got != want {
			t.Errorf("%s is %q, want %q", status, got, want)
		}
	}
}

func TestAVerdictIsShown(t *testing.T) {
	tests := []Test{{Name: "TestA", Status: Pass}, {Name: "TestB", Status: Fail}, {Name: "TestC", Status: NotRun}}
	for _, c := range []struct{ got, want string }{
		{Headline(12, "Leaky fan-out", CompileError, "No."), "Kata 12, Leaky fan-out. Does not compile: No."},
		{Counts(tests, false, true, 1500*time.Millisecond), "1 of 3 tests pass, with the race detector, 1.5 s"},
		{Counts(tests, false, false, time.Second), "1 of 3 tests pass, WITHOUT the race detector, 1.0 s"},
		{Counts(nil, false, true, time.Second), ""},
		{Counts(tests, true, true, time.Second), "1 of 3 judged rightly, with the race detector, 1.0 s"},
		{NearMiss("A buffer of one.", "Two hang."), "**It looks like a known near miss:** A buffer of one. Two hang."},
		{Behind("It ends.", "It waits."), "Often the reason: “It ends.” It waits."},
		{Finding{Text: "one waits"}.Sentence(), "What happened: one waits."},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestATestIsShownWithItsFindings(t *testing.T) {
	all := []Finding{
		{Kind: KindRace, Text: "a race", Test: "TestA", Also: []string{"TestB"}},
		{Kind: KindLeak, Text: "a leak"},
		{Kind: KindContract, Text: "its own message", Test: "TestB"},
	}
	for test, want := range map[string]string{"TestA": "a race", "TestB": "a race", "": "a leak"} {
		if got := FindingsOf(all, test); len(got) != 1 || got[0].Text != want {
			t.Errorf("%q is shown with %+v, want %s", test, got, want)
		}
	}
	if got := FindingsOf(all, "TestC"); len(got) > 0 || len(all) != 3 {
		t.Errorf("a test without findings is shown with %+v", got)
	}
}
