package host

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/lessons/lab"
)

func TestAServiceThatNeverAccepts(t *testing.T) {
	change(t, &patience, time.Second)
	t.Setenv(misbehaves, "never")
	r := begin(t, testLab(patientTime))
	if got := r.problem(); !strings.Contains(got, "said nothing for 1s") {
		t.Errorf("it says %q", got)
	}
}

// However a service fails, one line says how, since a page shows no more.
func TestHowAServiceFailed(t *testing.T) {
	for how, want := range map[string]string{
		"fails":     "(exit status 1: no note is on this disk: EOF)",
		"panics":    "(exit status 2: panic: a note has no name)",
		"exits":     "(exit status 3)",
		"closes":    "(it closed its standard output)",
		"prints":    `"debugging" on its standard output`,
		"prints on": "a line of more than 4 MB on its standard output",
	} {
		t.Run(how, func(t *testing.T) {
			t.Setenv(misbehaves, how)
			if got := begin(t, testLab(patientTime)).problem(); !strings.Contains(got, want) || strings.Contains(got, "\n") {
				t.Errorf("it says %q, want %s in one line", got, want)
			}
		})
	}
}

// Nobody gets a turn between an order that fails and the end that it is the cause of.
func TestAnOrderThatFailsEndsTheLabInItsTurn(t *testing.T) {
	h := &host{service: &child{orders: json.NewEncoder(io.Discard), replies: bufio.NewScanner(strings.NewReader("debugging\n"))}}
	var cause error
	h.end = func(err error) {
		if cause = err; h.turn.TryLock() {
			t.Error("it is the next one's turn")
		}
	}
	if _, _, err := h.ask(order{Sample: true}); err == nil || !errors.Is(cause, err) {
		t.Errorf("%v, and the lab ends because of %v", err, cause)
	}
}

// A connection that was cut is no end of the commands: it is told.
func TestClientsThatGiveUp(t *testing.T) {
	t.Setenv(misbehaves, "gives up")
	r := start(t, testLab(patientTime))
	if got, want := r.problem(), "the lab's clients gave up: no connection: EOF"; got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

func TestAServiceThatDies(t *testing.T) {
	r := start(t, testLab(patientTime))
	r.set("die", 1)
	if got := r.problem(); !strings.Contains(got, "the service ended") || !strings.Contains(got, "out of notes") {
		t.Errorf("it says %q", got)
	}
}

// Where nothing can be listened on, the lab says what to allow: for the
// dependencies and for the service.
func TestNoLoopback(t *testing.T) {
	change(t, &loopback, "203.0.113.1:0") // of the block for documentation: no machine has it
	for _, l := range []Lab{testLab(patientTime), {Service: serveTest}} {
		r := begin(t, l)
		if got := r.problem(); !strings.Contains(got, "allow local connections") {
			t.Errorf("it says %q", got)
		}
	}
}

// process starts the lab under test as a process, as the workbook does.
func process(t *testing.T) (*running, *exec.Cmd) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), asLab+"=1")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := attach(t, stdin, stdout)
	t.Cleanup(func() {
		_ = stdin.Close()
		for range r.messages {
		}
		_ = cmd.Wait() // its end is looked at in the test
	})
	return r, cmd
}

// exited waits for the end of a process.
func exited(t *testing.T, r *running, cmd *exec.Cmd) *os.ProcessState {
	t.Helper()
	late := time.AfterFunc(soonEnough, func() {
		t.Error("the lab does not end")
		_ = cmd.Process.Kill()
	})
	defer late.Stop()
	for range r.messages {
	}
	_ = cmd.Wait() // the state says more
	return cmd.ProcessState
}

// The lab ends when its standard input does, and says nothing more.
func TestTheEndOfStdinEndsTheLab(t *testing.T) {
	r, cmd := process(t)
	n := r.sample("a sample", func(n map[string]float64) bool { return n["pid"] > 0 })
	if err := r.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if state := exited(t, r, cmd); !state.Success() {
		t.Errorf("it ended with %v", state)
	}
	gone(t, n["pid"])
}

// What does not come to an end in the lab does not keep it from ending.
func TestTheEndOfStdinEndsALabThatIsBusy(t *testing.T) {
	t.Setenv(misbehaves, "stays")
	r, cmd := process(t)
	n := r.sample("a sample", func(n map[string]float64) bool { return n["pid"] > 0 })
	if err := r.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	if state := exited(t, r, cmd); !state.Success() {
		t.Errorf("it ended with %v", state)
	}
	gone(t, n["pid"])
}

// A lab whose service has died says so and ends, though its standard input is
// still open.
func TestADeadServiceEndsTheLab(t *testing.T) {
	r, cmd := process(t)
	r.set("die", 1)
	if got := r.problem(); !strings.Contains(got, "out of notes") {
		t.Errorf("it says %q", got)
	}
	if state := exited(t, r, cmd); state.ExitCode() != 1 {
		t.Errorf("it ended with %v", state)
	}
}

// The service ends with the lab, however that ends.
func TestTheServiceEndsWithAKilledLab(t *testing.T) {
	r, cmd := process(t)
	n := r.sample("a sample", func(n map[string]float64) bool { return n["pid"] > 0 })
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	exited(t, r, cmd)
	gone(t, n["pid"])
}

// Who reads no messages any more has gone, and the lab ends.
func TestALabThatNobodyReadsEnds(t *testing.T) {
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	resetSettings()
	done := make(chan error, 1)
	go func() { done <- testLab(patientTime).run(t.Context(), in, out) }()
	r := attach(t, stdin, stdout)
	r.until("hello", func(m lab.Message) bool { return m.Hello != nil })
	go func() {
		for range r.messages {
		}
	}()
	_ = stdout.CloseWithError(io.ErrClosedPipe)
	if err := <-done; err == nil || !strings.Contains(err.Error(), "nobody reads") {
		t.Errorf("it ended with %v", err)
	}
}
