//go:build linux

package main

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tools/rig"
	"example.com/leakproof/internal/workspace"
)

func TestJudge(t *testing.T) {
	now := time.Now()
	wrong := version{name: "wrong-a", status: explain.Fail, refusedBy: []string{"TestA"}}
	tests := []struct {
		name       string
		superseded time.Time
		event      progress.Event
		want       string // of the violation; "" is none
	}{
		{"right", time.Time{}, progress.Event{Status: "fail", Hash: "h", Failed: []string{"TestA"}}, ""},
		{"overtaken", now.Add(-overtaken), progress.Event{Status: "fail", Hash: "h", Failed: []string{"TestA"}}, ""},
		{"stale", now.Add(-overtaken - time.Nanosecond), progress.Event{Status: "fail", Hash: "h", Failed: []string{"TestA"}}, "after the next save"},
		{"status", time.Time{}, progress.Event{Status: "pass", Hash: "h", Failed: []string{"TestA"}}, `got "pass", want "fail"`},
		{"other test", time.Time{}, progress.Event{Status: "fail", Hash: "h", Failed: []string{"TestB"}}, "was not refused by TestA"},
		{"unknown", time.Time{}, progress.Event{Status: "fail", Hash: "x"}, "never saved"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &soak{versions: map[string]*saved{"h": {version: &wrong, superseded: tt.superseded}}}
			tt.event.At = now
			s.judge(tt.event)
			if got := strings.Join(s.violations, "\n"); (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
				t.Errorf("violations %q, want %q", got, tt.want)
			}
		})
	}
}

func TestGrowth(t *testing.T) {
	const mib = 1 << 20
	memory := make([]int64, 15)
	threads := slices.Repeat([]int{10}, 15)
	for i := range memory {
		memory[i] = 40 * mib
	}
	s := &soak{memory: memory, threads: threads}
	if s.growth(); len(s.violations) > 0 {
		t.Errorf("nothing grew, but %v", s.violations)
	}
	for i := 10; i < 15; i++ {
		memory[i], threads[i] = 80*mib, 20
	}
	if s.growth(); len(s.violations) != 2 {
		t.Errorf("violations %v, want one of memory and one of threads", s.violations)
	}
}

func TestAgrees(t *testing.T) {
	const screen = "Leakproof › Kata 12   fail\n> FAIL TestA\n  FAIL TestB\n"
	if !rested(screen) || !agrees(screen, explain.Fail, []string{"TestA", "TestB"}) {
		t.Error("the screen is not taken for what it shows")
	}
	if agrees(screen, explain.Pass, nil) || agrees(screen, explain.Fail, []string{"TestC"}) {
		t.Error("the screen is taken for what it does not show")
	}
	if rested("Leakproof › Kata 12   running 1.5 s\n") || rested("Leakproof › Kata 12   fail\nRunning the suite: 0.2 s\n") {
		t.Error("a run is taken for its end")
	}
}

// Each way of saving must leave exactly what was saved.
func TestSave(t *testing.T) {
	c, err := rig.Course()
	if err != nil {
		t.Fatal(err)
	}
	k := c.Katas[0]
	s := &soak{
		rand: rand.New(rand.NewPCG(1, 1)), space: workspace.Workspace{Root: t.TempDir()}, //nolint:gosec // chance, not a secret
		versions: map[string]*saved{},
	}
	if err := os.MkdirAll(s.space.Dir(k), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.space.Path(k), k.Start(), 0o600); err != nil {
		t.Fatal(err)
	}
	all := versionsOf(k)
	for range 30 { // enough for each of the three ways
		v := s.pick(all)
		if err := s.save(k, v); err != nil {
			t.Fatal(err)
		}
		got, err := s.space.Read(k)
		if err != nil || course.Hash(got) != s.present.hash || s.present.version != v {
			t.Fatalf("%s is not what was saved: %v", k.Path(), err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.space.Dir(k), "*")); err != nil || len(left) != 1 {
		t.Errorf("the folder holds %v, want the one file; %v", left, err)
	}
	if len(s.versions) != 30 {
		t.Errorf("%d versions are remembered, want 30: no two saves are the same", len(s.versions))
	}
}
