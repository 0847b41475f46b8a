package progress_test

import (
	"path/filepath"
	"testing"
	"time"

	"example.com/leakproof/internal/progress"

	"github.com/adrg/xdg"
	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)

// open opens the log of a folder and fails the test if it cannot.
func open(t *testing.T, dir string) *progress.Log {
	t.Helper()
	l, err := progress.Open(dir)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	return l
}

// add appends events and fails the test if one is refused.
func add(t *testing.T, l *progress.Log, events ...progress.Event) {
	t.Helper()
	for _, e := range events {
		if err := l.Append(t.Context(), e); err != nil {
			t.Fatalf("Append %s: %v", e.Kind, err)
		}
	}
}

func TestDefaultDirFollowsTheStateHome(t *testing.T) {
	home := t.TempDir()
	t.Setenv("XDG_STATE_HOME", home)
	xdg.Reload()
	t.Cleanup(xdg.Reload)
	if got, want := progress.DefaultDir(), filepath.Join(home, "leakproof"); got != want {
		t.Errorf("DefaultDir() = %q, want %q", got, want)
	}
}

// Everything that the state says must be said by the file alone: each check is made on the log that wrote the events, on one
// opened afterwards, and on one that was open all the time and refreshed.
func TestStateSaysWhatTheEventsMean(t *testing.T) {
	dir := t.TempDir()
	writer, bystander := open(t, dir), open(t, dir)
	add(t, writer, progress.Event{Kind: progress.KindRead, Lesson: "01-a", Section: "Opening"})
	before := writer.State()
	add(t, writer,
		progress.Event{Kind: progress.KindRead, Lesson: "02-b", Section: "s"},
		progress.Event{At: noon, Kind: progress.KindAnswer, Question: "q1", Revision: 1, Right: true, Choice: []int{0, 2}},
		progress.Event{At: noon.Add(time.Hour), Kind: progress.KindAnswer, Question: "q1", Revision: 1, Choice: []int{1}},
		progress.Event{At: noon, Kind: progress.KindAnswer, Question: "q2", Revision: 3, Right: true, Choice: []int{0}},
		progress.Event{At: noon, Kind: progress.KindVerdict, Kata: "solved", Status: "pass", Hash: "h1"},
		progress.Event{At: noon.Add(time.Hour), Kind: progress.KindVerdict, Kata: "solved", Status: "fail", Hash: "h2", Failed: []string{"TestA", "TestB"}},
		progress.Event{At: noon, Kind: progress.KindVerdict, Kata: "tried", Status: "untrusted"},
		progress.Event{Kind: progress.KindHint, Kata: "tried", Tier: 2},
		progress.Event{Kind: progress.KindHint, Kata: "tried", Tier: 1},
		progress.Event{At: noon, Kind: progress.KindVerdict, Kata: "reset", Status: "pass"},
		progress.Event{Kind: progress.KindHint, Kata: "reset", Tier: 3},
		progress.Event{Kind: progress.KindReset, Kata: "reset", Backup: "notes.go.1"},
	)
	if err := bystander.Refresh(); err != nil {
		t.Fatalf("Refresh: %v", err)
	}

	for name, l := range map[string]*progress.Log{"the writer": writer, "a log opened later": open(t, dir), "a refreshed log": bystander} {
		t.Run(name, func(t *testing.T) {
			s := l.State()
			is := func(what string, got, want bool) {
				t.Helper()
				if got != want {
					t.Errorf("%s = %t, want %t", what, got, want)
				}
			}
			is("section read", s.SectionRead("01-a", "Opening"), true)
			is("other section read", s.SectionRead("01-a", "The habit"), false)
			is("same section of another lesson read", s.SectionRead("02-b", "Opening"), false)
			is("solved kata solved", s.KataSolved("solved"), true)
			is("solved kata tried", s.KataTried("solved"), true)
			is("untrusted kata solved", s.KataSolved("tried"), false)
			is("untrusted kata tried", s.KataTried("tried"), true)
			is("reset kata solved", s.KataSolved("reset"), false)
			is("reset kata tried", s.KataTried("reset"), false)
			is("unknown kata tried", s.KataTried("unknown"), false)
			if got := s.HintTier("tried"); got != 2 {
				t.Errorf("hint tier = %d, want 2, the highest shown", got)
			}
			if got := s.HintTier("reset"); got != 0 {
				t.Errorf("hint tier after a reset = %d, want 0", got)
			}

			a, ok := s.Answered("q1", 1)
			want := progress.Answer{At: noon.Add(time.Hour), Right: false, Choice: []int{1}, Times: 2, TimesRight: 1}
			if diff := cmp.Diff(want, a); !ok || diff != "" {
				t.Errorf("Answered(q1, 1): %t, diff (-want +got)\n%s", ok, diff)
			}
			if _, ok := s.Answered("q2", 3); !ok {
				t.Error("q2 revision 3 is not answered")
			}
			if _, ok := s.Answered("q2", 4); ok {
				t.Error("an answer to revision 3 counts for revision 4")
			}
			v, ok := s.LastVerdict("solved")
			wantV := progress.Verdict{At: noon.Add(time.Hour), Status: "fail", Hash: "h2", Failed: []string{"TestA", "TestB"}}
			if diff := cmp.Diff(wantV, v); !ok || diff != "" {
				t.Errorf("LastVerdict(solved): %t, diff (-want +got)\n%s", ok, diff)
			}
			if _, ok := s.LastVerdict("reset"); ok {
				t.Error("a reset kata still has a verdict")
			}
			// What a screen does with an answer must not reach the state.
			a.Choice[0], v.Failed[0] = 9, "changed"
			if a, _ := s.Answered("q1", 1); a.Choice[0] != 1 {
				t.Error("the state shares the choice it returned")
			}
			if v, _ := s.LastVerdict("solved"); v.Failed[0] != "TestA" {
				t.Error("the state shares the failed tests it returned")
			}
		})
	}
	if before.KataTried("solved") {
		t.Error("a state changed after it was handed out")
	}
}

func TestZeroStateIsThatOfABeginner(t *testing.T) {
	var s progress.State
	_, answered := s.Answered("q", 1)
	_, verdict := s.LastVerdict("k")
	if s.SectionRead("l", "s") || answered || s.KataSolved("k") || s.KataTried("k") || s.HintTier("k") != 0 || verdict {
		t.Error("the zero state knows of something")
	}
}

func TestWhatWasTestedOutOfIsKnown(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	before := l.State()
	add(t, l, progress.Event{Kind: progress.KindVerdict, Kata: "k", Status: "pass"},
		progress.Event{Kind: progress.KindTestOut, Lessons: []string{"01-a", "02-b"}},
		progress.Event{Kind: progress.KindRestore, Kata: "k", Hash: "h", Backup: "b"})
	for _, state := range []progress.State{l.State(), open(t, dir).State()} {
		if !state.TestedOut("01-a") || !state.TestedOut("02-b") || state.TestedOut("03-c") {
			t.Error("want the lessons 01-a and 02-b, and no other")
		}
		if !state.KataSolved("k") {
			t.Error("a restore took the solution away")
		}
	}
	if before.TestedOut("01-a") {
		t.Error("a state changed after it was taken")
	}
}

// TestALabIsSeenBeforeItsMissionIsMet, and a later look takes nothing away.
func TestALabIsSeenBeforeItsMissionIsMet(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	add(t, l, progress.Event{Kind: progress.KindLab, Lab: "seen", Status: progress.LabSeen})
	before := l.State()
	add(t, l, progress.Event{Kind: progress.KindLab, Lab: "met", Status: progress.LabMet},
		progress.Event{Kind: progress.KindLab, Lab: "met", Status: progress.LabSeen})
	for _, state := range []progress.State{l.State(), open(t, dir).State()} {
		for id, want := range map[string][2]bool{"seen": {true, false}, "met": {true, true}, "other": {false, false}} {
			if got := [2]bool{state.LabSeen(id), state.LabMet(id)}; got != want {
				t.Errorf("lab %s: seen and met %v, want %v", id, got, want)
			}
		}
	}
	if before.LabSeen("met") {
		t.Error("a state changed after it was taken")
	}
	n := 0
	for e := range l.State().History() {
		if n++; e.Kind != progress.KindLab || e.Lab == "" {
			t.Errorf("%+v", e)
		}
	}
	if n != 3 {
		t.Errorf("%d events in the history, want 3", n)
	}
}
