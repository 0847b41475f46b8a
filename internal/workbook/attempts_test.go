package workbook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workspace"
)

// check saves a version of the first kata's file and checks it.
func check(t *testing.T, wb *Workbook, src string) {
	t.Helper()
	k := wb.Course.Katas[0]
	if err := os.WriteFile(wb.Space.Path(k), []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := wb.Check(t.Context(), k, nil); err != nil {
		t.Fatal(err)
	}
}

func requireFile(t *testing.T, name, want string) {
	t.Helper()
	if got, err := os.ReadFile(name); err != nil || string(got) != want {
		t.Errorf("%s holds %q, want %q: %v", name, got, want, err)
	}
}

func TestAttemptsAreTheDistinctVersionsThatWereChecked(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Fail, Tests: []explain.Test{{Name: "TestA", Status: explain.Pass}, {Name: "TestB", Status: explain.Fail}}})
	k := wb.Course.Katas[0]
	for _, src := range []string{"one\n", "two\n", "three\n", "one\n"} {
		check(t, wb, src)
	}
	two := course.Hash([]byte("two\n"))
	if err := os.Remove(filepath.Join(wb.Space.Attempts, k.ID, two[:12]+".go")); err != nil {
		t.Fatal(err)
	}
	got, err := wb.Attempts(k)
	if err != nil {
		t.Fatal(err)
	}
	want := []Attempt{
		{Status: "fail", Hash: course.Hash([]byte("one\n")), Failed: []string{"TestB"}},
		{Status: "fail", Hash: course.Hash([]byte("three\n")), Failed: []string{"TestB"}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(Attempt{}, "At")); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	text, err := wb.AttemptDiff(k, want[1].Hash)
	if err != nil || !strings.Contains(text, "-three\n+one\n") {
		t.Errorf("the diff from then to now: %q, %v", text, err)
	}
	if _, err := wb.AttemptDiff(k, two); !errors.Is(err, workspace.ErrNoAttempt) {
		t.Errorf("the diff from a version that is gone: %v", err)
	}
}

func TestRestoreAndUndo(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Fail})
	k := wb.Course.Katas[0]
	check(t, wb, "one\n")
	check(t, wb, "two\n")
	backups, err := wb.Restore(t.Context(), k, course.Hash([]byte("one\n")))
	if err != nil || len(backups) != 1 {
		t.Fatalf("%q, %v", backups, err)
	}
	requireFile(t, wb.Space.Path(k), "one\n")
	requireFile(t, backups[0], "two\n")

	restored, _, err := wb.Undo(t.Context(), k)
	if err != nil || restored != backups[0] {
		t.Fatalf("%q, %v", restored, err)
	}
	requireFile(t, wb.Space.Path(k), "two\n")
	if !wb.Log.State().KataTried(k.ID) {
		t.Error("a restore took what was done away, as a reset does")
	}
}

func TestAnAttemptThatCannotBeKeptStopsNothing(t *testing.T) {
	wb := open(t, grade.Verdict{Status: explain.Pass})
	k := wb.Course.Katas[0]
	if err := os.WriteFile(wb.Space.Attempts, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	v, err := wb.Check(t.Context(), k, nil)
	if v.Status != explain.Pass || !wb.Log.State().KataSolved(k.ID) {
		t.Errorf("the verdict: %+v", v)
	}
	if err == nil || !strings.Contains(err.Error(), "not kept among your attempts") {
		t.Errorf("the error: %v", err)
	}
}
