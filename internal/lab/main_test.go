package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	wire "example.com/leakproof/lessons/lab"
)

// Roles that the test's own binary plays when it is started again.
const (
	fakeLab      = "LEAKPROOF_FAKE_LAB"      // what is wrong with it
	fakeWorkbook = "LEAKPROOF_FAKE_WORKBOOK" // how it ends
)

func TestMain(m *testing.M) {
	if how := os.Getenv(fakeLab); how != "" {
		playLab(how)
		os.Exit(0)
	}
	if how := os.Getenv(fakeWorkbook); how != "" {
		playWorkbook(how)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m)
}

// hang waits until it is killed.
func hang() {
	for {
		time.Sleep(time.Hour)
	}
}

// playLab is a lab that says what processes it has, in its first event.
func playLab(how string) {
	var out sync.Mutex
	began := time.Now()
	say := func(m wire.Message) {
		out.Lock()
		defer out.Unlock()
		_ = json.NewEncoder(os.Stdout).Encode(m)
	}
	event := func(text string, s *wire.Setting) {
		say(wire.Message{Event: &wire.Event{At: time.Since(began).Seconds(), Text: text, Setting: s}})
	}
	switch how {
	case "no hello":
		hang()
	case "no loopback":
		say(wire.Message{Problem: "there is no loopback: switch it on"})
		os.Exit(1)
	}
	say(wire.Message{Hello: &wire.Hello{Settings: []wire.Setting{{Name: "silent"}, {Name: "buffer"}, {Name: "budget", Value: 400}}, Numbers: []string{"goroutines"}, Pprof: "http://127.0.0.1:1/debug/pprof/"}})
	if how == "sleeper" {
		hang()
	}
	sleeper := exec.Command(os.Args[0])
	sleeper.Env = append(os.Environ(), fakeLab+"=sleeper")
	apart(sleeper)
	if err := sleeper.Start(); err != nil {
		panic(err)
	}
	event(fmt.Sprintf("processes %d %d", os.Getpid(), sleeper.Process.Pid), nil)
	switch how {
	case "junk":
		fmt.Println("debugging\x1b[2J")
	case "long":
		fmt.Print(strings.Repeat("x", longestLine+1))
	case "dies":
		fmt.Fprintln(os.Stderr, "starting\npanic: no shard\n\ngoroutine 1 [running]:")
		os.Exit(3)
	case "gives up":
		say(wire.Message{Problem: "the lab ended after ten minutes without a key: start it again"})
		hang()
	case "stopped":
		suspend(os.Getpid())
	case "quiet":
		hang()
	}
	go func() {
		numbers := map[string]float64{"goroutines": 40}
		for {
			numbers["goroutines"] += 5
			say(wire.Message{Sample: &wire.Sample{At: time.Since(began).Seconds(), Numbers: numbers}})
			time.Sleep(20 * time.Millisecond)
		}
	}()
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var c wire.Command
		switch err := json.Unmarshal(in.Bytes(), &c); {
		case err != nil:
			say(wire.Message{Problem: err.Error()})
		case c.Set != nil:
			event(c.Set.Name, c.Set)
		case c.Goroutines:
			say(wire.Message{Goroutines: &wire.Goroutines{Total: 7}})
		}
	}
	if how == "deaf" {
		hang()
	}
	_ = sleeper.Process.Kill()
	_ = sleeper.Wait()
}
