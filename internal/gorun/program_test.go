package gorun

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// killedProgram: on Windows a process that is killed has a status as any other.
var killedProgram = map[bool]string{
	false: "The program was killed by a signal (killed), which came from outside, as when memory is short, or from the program itself; run it again.",
	true:  "The program ended with status 1;",
}[runtime.GOOS == "windows"]

func TestRunProgram(t *testing.T) {
	const head = "package main\n\nimport (\n\t\"fmt\"\n\t\"os\"\n)\n\nfunc main() {\n\tfmt.Println(\"one\")\n\tfmt.Fprintln(os.Stderr, \"two\")\n\t"
	for _, tc := range []struct {
		name, body, output, problem string
	}{
		{"it ends", "", "one\ntwo", ""},
		{"it fails", "os.Exit(3)", "one\ntwo", "The program ended with status 3; if you changed it, `git checkout lessons/01-x/p` brings it back."},
		{"it is killed", "p, _ := os.FindProcess(os.Getpid())\n\t_ = p.Kill()\n\tselect {}", "one\ntwo", killedProgram},
		{"it never ends", "for {\n\t}", "one\ntwo", "The program did not end within 1s and was stopped;"},
		{"it prints without end", "for {\n\t\tfmt.Println(\"more\")\n\t}", "one\ntwo\nmore", "The program did not end within 1s and was stopped;"},
		{"it does not build", "undefined()", "undefined: undefined", "lessons/01-x/p does not build; restore it"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newRunner(t, map[string]string{"lessons/01-x/p/main.go": head + tc.body + "\n}\n"})
			r.programLimit = time.Second
			p, err := r.RunProgram(t.Context(), "lessons/01-x/p")
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(p.Output, tc.output) || !strings.HasPrefix(p.Problem, tc.problem) || (tc.problem == "") != (p.Problem == "") {
				t.Errorf("got %q, %q; want %q, %q", p.Output[:min(len(p.Output), 200)], p.Problem, tc.output, tc.problem)
			}
			if len(p.Output) > programOutputLimit {
				t.Errorf("%d bytes of output", len(p.Output))
			}
		})
	}
}

func TestRunProgramIsCancelled(t *testing.T) {
	r := newRunner(t, map[string]string{"lessons/01-x/p/main.go": "package main\n\nfunc main() {}\n"})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if p, err := r.RunProgram(ctx, "lessons/01-x/p"); !errors.Is(err, context.Canceled) || p.Problem != "" {
		t.Errorf("got %+v, %v", p, err)
	}
}

// TestABuiltProgramReadsWhatItIsGiven builds a program, as packages are told, and
// again where nothing is to be done.
func TestABuiltProgramReadsWhatItIsGiven(t *testing.T) {
	r := newRunner(t, map[string]string{"lessons/01-x/p/main.go": "package main\n\nimport (\n\t\"io\"\n\t\"os\"\n)\n\nfunc main() { _, _ = io.Copy(os.Stdout, os.Stdin) }\n"})
	binary := filepath.Join(t.TempDir(), "p.exe")
	told := false
	m, err := r.Build(t.Context(), "lessons/01-x/p", binary, func(done, total int) {
		if told = true; done < 1 || done > total {
			t.Errorf("%d of %d packages", done, total)
		}
	})
	if err != nil || !told {
		t.Fatalf("told: %v, %v", told, err)
	}
	before, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Build(t.Context(), "lessons/01-x/p", binary, func(int, int) { t.Error("it is there already") }); err != nil {
		t.Fatal(err)
	}
	after, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	if !os.SameFile(before, after) { // a linker makes another one
		t.Error("it was linked again")
	}
	stdin, to, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stdin.Close() }()
	if _, err := to.WriteString("ping"); err != nil {
		t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if end := m.Run(t.Context(), Command{TempDir: t.TempDir(), Env: m.Offline, Stdin: stdin, Stdout: &out, Name: binary}); end.Exit != 0 || out.String() != "ping" {
		t.Errorf("%+v, %q", end, out.String())
	}
}
