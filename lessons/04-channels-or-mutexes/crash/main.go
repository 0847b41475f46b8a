// Crash starts itself twice more. There, 8 goroutines that all recover from
// panics share an int, and then a map, without a lock, round after round.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

const (
	child      = "LEAKPROOF_CRASH_CHILD"
	goroutines = 8
	each       = 100_000
)

func main() {
	switch os.Getenv(child) {
	case "int":
		reads, round := goroutines*each, 0
		for start := time.Now(); reads == goroutines*each && time.Since(start) < 2*time.Second; round++ {
			reads = 0
			together(func() { reads++ })
		}
		fmt.Printf("round %d: %d of %d reads\n", round, reads, goroutines*each)
	case "map":
		views := shared.NewNaiveViews()
		for start := time.Now(); time.Since(start) < 2*time.Second; {
			together(func() { views.Add("8c1f") })
		}
	default:
		report("int")
		report("map")
	}
}

// together calls add from all goroutines at once.
func together(add func()) {
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					fmt.Println("recovered:", p)
				}
			}()
			for range each {
				add()
			}
		})
	}
	wg.Wait()
}

// report starts this program as a child and says how that went.
func report(what string) {
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	// Under the race detector, which only reports, it goes on all the same.
	cmd.Env = append(os.Environ(), child+"="+what, "GORACE=exitcode=0 atexit_sleep_ms=0")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err = cmd.Run()
	if exit := new(exec.ExitError); err != nil && (ctx.Err() != nil || !errors.As(err, &exit)) {
		fmt.Printf("%s: it could not be run to its end: %v\n", what, err)
		return
	}
	fmt.Printf("%s:  %s\n      %d panics recovered, exit status %d\n", what,
		lastWords(stdout.String()+stderr.String()), strings.Count(stdout.String(), "recovered:"), cmd.ProcessState.ExitCode())
}

// lastWords is the line with the count or the fatal error.
func lastWords(printed string) string {
	for line := range strings.Lines(printed) {
		if strings.HasPrefix(line, "fatal error") || strings.HasSuffix(line, "reads\n") {
			return strings.TrimSpace(line)
		}
	}
	return "no fatal error this time"
}
