//go:build linux

package grade

import (
	"context"
	"errors"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/nightly"
)

// leaves are processes that move out of the group of their run.
var leaves = map[string]string{
	"a session of its own": left("Setsid: true", "exec sleep 600"),
	"a group of its own":   left("Setpgid: true", "exec sleep 600"),
	"a daemon":             left("Setsid: true", "sleep 600 & echo $! >>pid"), // its parent ends
	"a daemon of a daemon": left("Setsid: true", "setsid sh -c 'sleep 600 & echo $! >>pid' & wait"),
	"an empty environment": strings.Replace(left("Setsid: true", "sleep 600 & echo $! >>pid"),
		"cmd.SysProcAttr", "cmd.Env = []string{}\n\tcmd.SysProcAttr", 1),
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

// TestAProcessThatLeavesTheGroupIsEnded, however it leaves and however the run
// ends: at night each with each, else the one that goes farthest, and the one that
// has lost its mark.
func TestAProcessThatLeavesTheGroupIsEnded(t *testing.T) {
	for name, code := range leaves {
		if name != "a daemon of a daemon" && name != "an empty environment" && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(map[string]string{testFile: code})
			b.want(explain.Pass)
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
		if name != "a daemon of a daemon" && !nightly.On() {
			continue
		}
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
		if name == "goroutines" && !nightly.On() { // to the system it is memory, as a slice is
			continue
		}
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.grader.Runner.MemoryLimit = 256 << 20
			b.write(map[string]string{testFile: code})
			b.want(explain.Fail, "TestAdds used more than 256 MiB of memory and was stopped; look for what grows without end")
			if !b.gone() {
				t.Error("the process outlives the run")
			}
		})
	}
}

// TestARecursionWithoutEndIsExplainedByGo: at night with the stack that Go allows,
// whose limit is below that of memory, so that Go can say where it is.
func TestARecursionWithoutEndIsExplainedByGo(t *testing.T) {
	code := "package leakyfanout\n\nfunc Add(a, b int) int {\n\treturn Add(a, b) + 1\n}\n"
	b := newBench(t, nil)
	if b.grader.quick = !nightly.On(); b.grader.quick {
		code = strings.Replace(code, "\n\n", "\n\nimport \"runtime/debug\"\n\nfunc init() { debug.SetMaxStack(1 << 20) }\n\n", 1)
	}
	b.write(map[string]string{testFile: code})
	b.want(explain.Fail, "TestAdds ended the whole run: ", "stack overflow at "+testFile)
}
