//go:build linux

package grade

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

// leaves are processes that move out of the group of their run.
var leaves = map[string]string{
	"a session of its own": left("Setsid: true", "exec sleep 600"),
	"a group of its own":   left("Setpgid: true", "exec sleep 600"),
	"a daemon":             left("Setsid: true", "sleep 600 & echo $! >>pid"), // its parent ends
	"a daemon of a daemon": left("Setsid: true", "setsid sh -c 'sleep 600 & echo $! >>pid' & wait"),
}

// left is code that starts a shell with an attribute and waits until it has
// noted two processes.
func left(attribute, script string) string {
	return runaway(`"bytes"
	"os/exec"
	"syscall"
	"time"`, `if a != 0 {
		return a + b
	}
	cmd := exec.Command("sh", "-c", "echo $$ >>pid; `+script+`")
	cmd.SysProcAttr = &syscall.SysProcAttr{`+attribute+`}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	for content := []byte(nil); bytes.Count(content, []byte("\n")) < 1; content, _ = os.ReadFile("pid") {
		time.Sleep(time.Millisecond)
	}
	note(cmd.Process.Pid)`)
}

func TestAProcessThatLeavesTheGroupIsEnded(t *testing.T) {
	for name, code := range leaves {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: code})
			b.want(Pass)
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
		endless := strings.Replace(code, "note(cmd.Process.Pid)", "note(cmd.Process.Pid); select {}", 1)
		t.Run(name+", its owner killed", func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: endless})
			b.endsWithItsOwner(4)
		})
		t.Run(name+", cancelled", func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: endless})
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			go b.whenRunning(ctx, 4, cancel)
			if v, err := b.grader.Grade(ctx, b.suite); !errors.Is(err, context.Canceled) {
				t.Errorf("Grade = %+v, %v, want context.Canceled", v, err)
			}
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
	}
}

func TestMemoryWithoutEndIsStopped(t *testing.T) {
	for name, code := range map[string]string{
		"a slice":    runaway("", "note()\n\tvar all [][]byte\n\tfor {\n\t\tall = append(all, make([]byte, 1<<20))\n\t\tclear(all[len(all)-1])\n\t\tall[len(all)-1][0] = 1\n\t}"),
		"goroutines": runaway("", "note()\n\tfor {\n\t\tgo func() { select {} }()\n\t}"),
		"a child": runaway(`"os/exec"`, `cmd := exec.Command("sh", "-c", "x=0123456789abcdef; while :; do x=$x$x; done")
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	note(cmd.Process.Pid)
	select {}`),
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.grader.MemoryLimit = 256 << 20
			b.write(map[string]string{testFile: code})
			b.want(Fail, "TestAdds used more than 256 MiB of memory and was stopped; look for what grows without end")
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
	}
}

// TestARecursionWithoutEndIsExplainedByGo: its stack is below the limit of
// memory, because Go can say where it is.
func TestARecursionWithoutEndIsExplainedByGo(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	b.write(map[string]string{testFile: "package leakyfanout\n\nfunc Add(a, b int) int {\n\treturn Add(a, b) + 1\n}\n"})
	b.want(Fail, "TestAdds ended the whole run: ", "stack overflow at "+testFile)
}

func TestMemoryThatABuildUsesDoesNotCount(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	from := make(chan struct{})
	exceeded := make(chan struct{})
	limit := memoryLimit{bytes: 1, of: residentMemory, from: from, exceeded: func() { close(exceeded) }}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		limit.watch(ctx, 1)
	}()
	cancel()
	<-ended
	select {
	case <-exceeded:
		t.Error("the limit was looked at before the tests began")
	default:
	}
}

func TestAProgramThatUsesTooMuchMemoryIsStopped(t *testing.T) {
	b := newBench(t, map[string]string{"lessons/01-x/p/main.go": "package main\n\nfunc main() {\n\tfor {\n\t\tgo func() { select {} }()\n\t}\n}\n"})
	b.grader.MemoryLimit = 64 << 20
	p, err := b.grader.RunProgram(t.Context(), "lessons/01-x/p")
	if want := "The program used more than 64 MiB of memory and was stopped; if you changed it, `git checkout lessons/01-x/p` brings it back."; err != nil || p.Problem != want {
		t.Errorf("got %q, %v; want %q", p.Problem, err, want)
	}
}

// TestAProgramThatLeavesADaemonIsCancelled: the daemon holds the output open.
func TestAProgramThatLeavesADaemonIsCancelled(t *testing.T) {
	b := newBench(t, map[string]string{"lessons/01-x/p/main.go": `package main

import (
	"os"
	"os/exec"
	"syscall"
)

func main() {
	cmd := exec.Command("sh", "-c", "echo $$ >` + testDir + `/pid; exec sleep 600")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	select {}
}
`})
	b.grader.programLimit = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go b.whenRunning(ctx, 1, cancel)
	if p, err := b.grader.RunProgram(ctx, "lessons/01-x/p"); !errors.Is(err, context.Canceled) {
		t.Errorf("RunProgram = %+v, %v, want context.Canceled", p, err)
	}
	if !b.gone() {
		t.Error("the daemon outlives the program")
	}
}
