package progress_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"example.com/leakproof/internal/progress"
)

const (
	writers = 4
	each    = 12

	// writerDir makes the test binary a second program that appends to the log in that folder.
	writerDir  = "LEAKPROOF_TEST_WRITER_DIR"
	writerName = "LEAKPROOF_TEST_WRITER_NAME"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerDir); dir != "" {
		if err := appendAll(dir, os.Getenv(writerName)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func appendAll(dir, name string) error {
	l, err := progress.Open(dir)
	if err != nil {
		return err
	}
	return appendEach(context.Background(), l, name)
}

func appendEach(ctx context.Context, l *progress.Log, name string) error {
	for i := range each {
		e := progress.Event{Kind: progress.KindVerdict, Kata: name, Status: "fail", Hash: fmt.Sprint(i), Failed: []string{strings.Repeat("x", 200*i)}}
		if err := l.Append(ctx, e); err != nil {
			return err
		}
		if v, _ := l.State().LastVerdict(name); v.Hash != e.Hash {
			return fmt.Errorf("%s appended %s and sees %q", name, e.Hash, v.Hash)
		}
	}
	return nil
}

// wantAll checks that every line is whole, and that every writer's events are there once each and in order.
func wantAll(t *testing.T, dir string) {
	t.Helper()
	content := contentOf(t, dir)
	lines := strings.Split(strings.TrimSuffix(content, "\n"), "\n")
	if len(lines) != writers*each {
		t.Errorf("%d lines, want %d", len(lines), writers*each)
	}
	next := make(map[string]int)
	for i, line := range lines {
		var e progress.Event
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("line %d: %v: %.100s", i+1, err, line)
		}
		if e.Hash != fmt.Sprint(next[e.Kata]) {
			t.Fatalf("line %d: event %s of %s, want %d", i+1, e.Hash, e.Kata, next[e.Kata])
		}
		next[e.Kata]++
	}
	if d := open(t, dir).Damaged(); len(d) != 0 {
		t.Errorf("damage: %v", d)
	}
}

func TestProgramsThatAppendAtOnceLoseNothing(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var cmds [writers]*exec.Cmd
	var outputs [writers]bytes.Buffer
	for i := range cmds {
		cmd := exec.CommandContext(t.Context(), exe)
		cmd.Env = append(os.Environ(), writerDir+"="+dir, fmt.Sprintf("%s=writer-%d", writerName, i))
		cmd.Stdout, cmd.Stderr = &outputs[i], &outputs[i]
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		cmds[i] = cmd
	}
	for i, cmd := range cmds {
		if err := cmd.Wait(); err != nil {
			t.Errorf("writer %d: %v\n%s", i, err, &outputs[i])
		}
	}
	wantAll(t, dir)
}

func TestOneLogIsSafeForSeveralGoroutines(t *testing.T) {
	dir := t.TempDir()
	l := open(t, dir)
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			name := fmt.Sprintf("writer-%d", i)
			if err := appendEach(t.Context(), l, name); err != nil {
				t.Error(err)
			}
			if err := l.Refresh(); err != nil {
				t.Error(err)
			}
			l.Damaged()
		})
	}
	wg.Wait()
	wantAll(t, dir)
}
