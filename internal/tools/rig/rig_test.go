//go:build linux

package rig

import (
	"context"
	"os"
	"os/exec"
	"slices"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScreen(t *testing.T) {
	const mark = "LEAKPROOF_RIG_TEST=screen"
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `printf 'ready'; read line; printf '\033[2J\033[Hgot %s' "$line"; read line`)
	cmd.Env = append(os.Environ(), mark)
	s, err := Start(cmd, 40, 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Wait(t.Context(), Shows("ready")); err != nil {
		t.Fatal(err)
	}
	if got := Marked(mark); !slices.Equal(got, []int{s.Pid}) || !Alive(s.Pid) {
		t.Errorf("the processes are %v, want the living %d", got, s.Pid)
	}
	if use, err := UsageOf(s.Pid); err != nil || use.RSS <= 0 || use.Threads != 1 {
		t.Errorf("a shell uses %+v, %v", use, err)
	}
	before := s.Written()
	if err := s.Press("x\n"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Wait(t.Context(), Shows("got x")); err != nil {
		t.Fatal(err)
	}
	if s.Written() <= before {
		t.Error("what it wrote was not counted")
	}
	if err := s.Press("\n"); err != nil {
		t.Fatal(err)
	}
	if err := s.End(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Wait(t.Context(), Shows("never")); err == nil {
		t.Error("waiting for a program that has ended went well")
	}
	if got := Marked(mark); len(got) != 0 || Alive(s.Pid) {
		t.Errorf("the processes %v are left", got)
	}
}

func TestEndKillsWhatDoesNotEnd(t *testing.T) {
	s, err := Start(exec.CommandContext(t.Context(), "sleep", "3600"), 40, 4)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.End(ctx); err == nil {
		t.Error("a program that was killed ended well")
	}
	if Alive(s.Pid) {
		t.Error("it still runs")
	}
}

func TestStatus(t *testing.T) {
	for line, want := range map[string]string{
		"Leakproof › Kata 12 One slow shard   running 0.5 s\nx": "running",
		"Leakproof › Kata 12 One slow shard   compile-error":    "compile-error",
		"": "",
	} {
		if got := Status(line); got != want {
			t.Errorf("Status(%q) = %q, want %q", line, got, want)
		}
	}
}

func TestAClonesKatasAreAtTheirStart(t *testing.T) {
	c, err := Course()
	if err != nil {
		t.Fatal(err)
	}
	space, err := Clone("../../..", t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range c.Katas {
		if got, err := space.Read(k); err != nil || string(got) != string(k.Start()) {
			t.Errorf("%s: not its start, %v", k.ID, err)
		}
	}
}
