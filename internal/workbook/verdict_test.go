package workbook

import (
	"context"
	"errors"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
)

func TestSince(t *testing.T) {
	fails := func(n int) grade.Verdict {
		v := grade.Verdict{Status: explain.Fail, Tests: []explain.Test{{Status: explain.Pass}}}
		for range n {
			v.Tests = append(v.Tests, explain.Test{Status: explain.Fail})
		}
		return v
	}
	three := progress.Verdict{Status: "fail", Failed: []string{"A", "B", "C"}}
	for _, test := range []struct {
		before progress.Verdict
		now    grade.Verdict
		want   string
	}{
		{three, fails(1), "2 fewer than last time"},
		{three, fails(4), "1 more than last time"},
		{three, fails(3), ""},
		{progress.Verdict{Status: "pass"}, fails(2), "2 more than last time"},
		{progress.Verdict{Status: "compile-error"}, fails(2), ""},
		{progress.Verdict{}, fails(2), ""},
		{three, grade.Verdict{Status: explain.Pass}, ""},
		{three, grade.Verdict{Status: explain.Timeout}, ""},
	} {
		if got := Since(test.before, test.now); got != test.want {
			t.Errorf("from %v to %v: %q, want %q", test.before, test.now, got, test.want)
		}
	}
}

func TestGreenTellsWhatWasOvercome(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Fail, Tests: []explain.Test{{Name: "TestReadClosesOnFailure", Status: explain.Fail}}})
	k := wb.Course.Katas[0]
	for _, src := range []string{"one\n", "two\n", "one\n"} {
		check(t, wb, src)
	}
	passing := []explain.Test{{Name: "TestReadWorks", Status: explain.Pass}, {Name: "TestReadClosesOnFailure", Status: explain.Pass}}
	got := wb.Green(k, grade.Verdict{Status: explain.Pass, Tests: passing})
	if got.Tries != 2 || len(got.Beliefs) != 1 || !strings.HasSuffix(got.Beliefs[0], "” "+wb.Course.Misconceptions["collector-closes"].Truth) {
		t.Errorf("%+v, want two tries and the one belief behind the tests", got)
	}
	if got.Impossible == "" || !strings.HasPrefix(strings.TrimSpace(k.Incident), got.Impossible) || strings.Contains(got.Impossible, "\n\n") {
		t.Errorf("what can no longer happen: %q, want the start of the incident", got.Impossible)
	}
}

func TestAnEmptyFileIsNoAttempt(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.CompileError})
	k := wb.Course.Katas[0]
	check(t, wb, "package openfile\n")
	check(t, wb, "")
	check(t, wb, "\n")
	if got, err := wb.Attempts(k); err != nil || len(got) != 1 {
		t.Errorf("%d attempts, want the one that is not empty: %v", len(got), err)
	}
	if n := strings.Count(recorded(t, wb), `"verdict"`); n != 1 {
		t.Errorf("%d verdicts are recorded, want one:\n%s", n, recorded(t, wb))
	}
}

func TestShort(t *testing.T) {
	wb := &Workbook{Getenv: func(name string) string { return map[string]string{"HOME": "/home/me"}[name] }}
	for path, want := range map[string]string{"/home/me/a/b.go": "~/a/b.go", "/home/mean/b.go": "/home/mean/b.go", "/home/me": "/home/me"} {
		if got := wb.Short(path); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

// TestAVerdictIsToldBeforeItIsRecorded: another instance may hold the log for
// seconds, and a verdict that cannot be written is recorded all the same.
func TestAVerdictIsToldBeforeItIsRecorded(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Fail})
	wb.GradeAll = func(_ context.Context, suites []grade.Suite, tell func(int, grade.Verdict)) error {
		for i, s := range suites {
			tell(i, grade.Verdict{Kata: s.Kata, Status: explain.Fail})
		}
		return nil
	}
	deaf := errors.New("nobody listens")
	k := wb.Course.Katas[0]
	err := wb.CheckAll(t.Context(), wb.Course.Katas, nil, func(int, grade.Verdict) error {
		if _, ok := wb.Log.State().LastVerdict(k.ID); ok {
			t.Error("the verdict was recorded before it was told")
		}
		return deaf
	}, func(err error) { t.Error(err) })
	if !errors.Is(err, deaf) {
		t.Errorf("the error is %v", err)
	}
	if _, ok := wb.Log.State().LastVerdict(k.ID); !ok {
		t.Error("a verdict that nobody heard is not recorded")
	}
}

// TestALogSaysWhoElseRanTheGrader: the learner's own verdicts need no word.
func TestALogSaysWhoElseRanTheGrader(t *testing.T) {
	for origin, want := range map[string]bool{grade.Self: false, grade.CI: true} {
		wb := open(t, grade.Verdict{Status: explain.Pass, Origin: origin})
		if _, err := wb.Check(t.Context(), wb.Course.Katas[0], nil); err != nil {
			t.Fatal(err)
		}
		if got := recorded(t, wb); strings.Contains(got, `"origin":"`+origin+`"`) != want {
			t.Errorf("origin %s: %s", origin, got)
		}
	}
}
