// Crash starts itself a second time; there, goroutines that all recover from
// panics share a map without a lock. It shows how that process ends.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

const child = "LEAKPROOF_CRASH_CHILD"

func main() {
	if os.Getenv(child) != "" {
		crash()
		return
	}
	exe, err := os.Executable()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, exe)
	cmd.Env = append(os.Environ(), child+"=1")
	var printed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &printed, &printed
	err = cmd.Run()

	var exit *exec.ExitError
	if !errors.As(err, &exit) || ctx.Err() != nil {
		fmt.Println("It got away with it this time; run it again.", err)
		return
	}
	for line := range strings.Lines(printed.String()) {
		if strings.HasPrefix(line, "fatal error") {
			fmt.Print("the service's last words:  ", line)
			break
		}
	}
	fmt.Println("panics recovered:         ", strings.Count(printed.String(), "recovered:"))
	fmt.Println("the process ended with:   ", exit)
}

// crash reads notes as a busy service would, in 8 requests at once.
func crash() {
	views := shared.NewNaiveViews()
	for range 8 {
		go func() {
			defer func() { fmt.Println("recovered:", recover()) }()
			for {
				views.Add("8c1f")
			}
		}()
	}
	time.Sleep(3 * time.Second)
}
