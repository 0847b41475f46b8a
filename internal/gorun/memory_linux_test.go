//go:build linux

package gorun

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

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
	r := newRunner(t, map[string]string{"lessons/01-x/p/main.go": "package main\n\nfunc main() {\n\tfor {\n\t\tgo func() { select {} }()\n\t}\n}\n"})
	r.MemoryLimit = 64 << 20
	p, err := r.RunProgram(t.Context(), "lessons/01-x/p")
	if want := "The program used more than 64 MiB of memory and was stopped; if you changed it, `git checkout lessons/01-x/p` brings it back."; err != nil || p.Problem != want {
		t.Errorf("got %q, %v; want %q", p.Problem, err, want)
	}
}

// TestAProgramThatLeavesADaemonIsCancelled: the daemon holds the output open.
func TestAProgramThatLeavesADaemonIsCancelled(t *testing.T) {
	r := newRunner(t, map[string]string{"lessons/01-x/p/main.go": `package main

import (
	"os"
	"os/exec"
	"syscall"
)

func main() {
	cmd := exec.Command("sh", "-c", "echo $$ >pid; exec sleep 600")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	select {}
}
`})
	r.programLimit = time.Minute
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	daemon := ""
	go func() {
		defer cancel()
		for !strings.HasSuffix(daemon, "\n") && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
			content, _ := os.ReadFile(filepath.Join(r.Root, "pid")) // not there yet
			daemon = string(content)
		}
	}()
	if p, err := r.RunProgram(ctx, "lessons/01-x/p"); !errors.Is(err, context.Canceled) {
		t.Errorf("RunProgram = %+v, %v, want context.Canceled", p, err)
	}
	if stat, err := os.ReadFile("/proc/" + strings.TrimSpace(daemon) + "/stat"); err == nil && !strings.Contains(string(stat), ") Z ") {
		t.Error("the daemon outlives the program")
	}
}
