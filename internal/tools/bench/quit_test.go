//go:build unix

package bench

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	ossignal "os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tools/asbuilt"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// heedHangUps lets the programs that a test starts be hung up, also where the
// tests run under nohup: an ignored signal is inherited, a handled one is not.
func heedHangUps(t *testing.T) {
	caught := make(chan os.Signal, 1)
	ossignal.Notify(caught, syscall.SIGHUP)
	t.Cleanup(func() { ossignal.Stop(caught) })
}

// TestQuittingLeavesNoRun opens a kata that spins without an end, takes the
// program away while the suite runs and looks at the process table: by a key and
// by force, at night in every way.
func TestQuittingLeavesNoRun(t *testing.T) {
	heedHangUps(t)
	program, keys := build(t, ".", asbuilt.Flags()...), keysToAKata(t)
	root := cloneOfRunaways(t) // one for all, so that the suite is compiled once
	signal := func(s syscall.Signal) func(*terminal) {
		return func(terminal *terminal) {
			if err := terminal.cmd.Process.Signal(s); err != nil {
				t.Error(err)
			}
		}
	}
	for name, quit := range map[string]func(*terminal){
		"ctrl+c":           func(terminal *terminal) { terminal.press("\x03") },
		"told to end":      signal(syscall.SIGTERM),
		"hung up":          signal(syscall.SIGHUP),
		"killed":           signal(syscall.SIGKILL),
		"crashed":          signal(syscall.SIGQUIT), // as a panic that nobody recovers
		"terminal is gone": func(terminal *terminal) { _ = terminal.pty.Close() },
	} {
		if name != "ctrl+c" && name != "killed" && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if err := os.RemoveAll(filepath.Join(root, notes)); err != nil {
				t.Fatal(err)
			}
			terminal := start(t, true, program, "--dir", root)
			defer terminal.stop()
			terminal.until("Next:")
			terminal.press(keys)
			pids := noted(t, root)
			quit(terminal)
			_ = terminal.cmd.Wait() // how it ends is not the point
			late := time.Now().Add(time.Minute)
			for _, pid := range pids {
				for alive(pid) {
					// A program that could still do something waits for the run; after
					// one that could not, the run is ended by itself.
					if name != "killed" && name != "crashed" || time.Now().After(late) {
						t.Fatalf("process %d of the run (%v) outlives the program", pid, pids)
					}
					time.Sleep(time.Millisecond)
				}
			}
		})
	}
}

// keysToAKata are the keys that open the first kata from the home screen.
func keysToAKata(t *testing.T) string {
	t.Helper()
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	log, err := progress.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := (&workbook.Workbook{Course: c, Log: log, Now: time.Now}).Path()
	n := 1 + slices.IndexFunc(path, func(s workbook.Step) bool { return s.Kind == workbook.RepairStep }) // the heading is a row, too
	if n == 0 {
		t.Fatal("the path has no kata")
	}
	return "g" + strings.Repeat("j", n) + "\r"
}

// notes is the file in which the processes of a run note their numbers.
const notes = "pids"

// cloneOfRunaways is a clone whose katas note their processes and spin.
func cloneOfRunaways(t *testing.T) string {
	t.Helper()
	root, here := t.TempDir(), filepath.Join("..", "..", "..")
	if err := os.CopyFS(filepath.Join(root, "katas"), os.DirFS(filepath.Join(here, "katas"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(filepath.Join(here, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(root, name), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	files, err := filepath.Glob(filepath.Join(root, "katas", "[0-9]*", "notes.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no katas in %s: %v", root, err)
	}
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		at := bytes.Index(content, []byte("\npackage "))
		clause, _, _ := strings.Cut(string(content[at+1:]), "\n")
		spins := fmt.Sprintf("%s\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc init() {\n\t"+
			"_ = os.WriteFile(%q, fmt.Appendln(nil, os.Getpid(), os.Getppid()), 0o600)\n\tfor {\n\t}\n}\n", clause, filepath.Join(root, notes))
		if err := os.WriteFile(filepath.Join(filepath.Dir(name), "spins.go"), []byte(spins), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// noted waits until the test binary and the go command are running, and
// returns their process numbers. The race detector may have to be compiled.
func noted(t *testing.T, root string) []int {
	t.Helper()
	for late := time.Now().Add(3 * time.Minute); time.Now().Before(late); time.Sleep(time.Millisecond) {
		content, err := os.ReadFile(filepath.Join(root, notes))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		if !bytes.HasSuffix(content, []byte("\n")) {
			continue
		}
		var pids []int
		for word := range strings.FieldsSeq(string(content)) {
			pid, err := strconv.Atoi(word)
			if err != nil {
				t.Fatal(err)
			}
			pids = append(pids, pid)
		}
		return pids
	}
	t.Fatal("the suite did not start")
	return nil
}

// alive looks for a process in the process table. A zombie has ended; its
// parent has not asked for its status yet.
func alive(pid int) bool {
	if errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) {
		return false
	}
	if runtime.GOOS == "linux" {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err == nil && !strings.Contains(string(stat), ") Z ")
	}
	state, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && !strings.HasPrefix(strings.TrimSpace(string(state)), "Z")
}
