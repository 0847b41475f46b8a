package host

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/lab"
)

// asLab is set in the environment of a test binary that is to be a lab, and
// misbehaves in the one of a service that doesn't do what it should.
const (
	asLab       = "HOST_TEST_LAB"
	misbehaves  = "HOST_TEST_MISBEHAVES"
	soonEnough  = time.Minute // for what happens in a second on a quiet machine
	streamRate  = 20
	patientTime = time.Minute // of a client
)

// TestMain is also the main of the lab under test, and of its service.
func TestMain(m *testing.M) {
	if os.Getenv(asLab) != "" || os.Getenv(serviceRole) != "" {
		Main(testLab(patientTime))
	}
	goleak.VerifyTestMain(m)
}

// The settings of the lab under test, and what it counts.
var (
	silent = Switch("silent") // the dependency doesn't answer
	stall  = Switch("stall")  // the service doesn't
	leak   = Switch("leak")   // each request leaves ten goroutines behind
	eat    = Switch("eat")    // each request keeps 4 MB
	die    = Switch("die")    // the next request ends the process
	once   = Switch("once")   // a switch that turns itself off
	rate   = Knob("rate", streamRate)

	served = Count("served") // by the service, while silent
	asked  = Count("asked")  // the dependency, while silent

	holding atomic.Int64 // requests at the dependency
)

func init() { Gauge("holding", func() float64 { return float64(holding.Load()) }) }

// testLab is a lab whose service asks its dependency for each request.
func testLab(timeout time.Duration) Lab {
	var clients func(context.Context, *Clients) error
	switch os.Getenv(misbehaves) {
	case "stays":
		clients = func(context.Context, *Clients) error { select {} }
	case "gives up":
		clients = func(context.Context, *Clients) error { return fmt.Errorf("no connection: %w", io.EOF) }
	}
	return Lab{
		Clients: clients,
		Dependencies: map[string]http.Handler{"store": http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			holding.Add(1)
			defer holding.Add(-1)
			if silent.On() {
				asked.Add(1)
				<-r.Context().Done()
			}
		})},
		Service: serveTest,
		Load:    []Stream{{Name: "reads", RateOf: rate.Get, Path: "/", Timeout: timeout}},
	}
}

// serveTest is the service of the lab under test.
func serveTest(ctx context.Context, s *Service) error {
	switch os.Getenv(misbehaves) {
	case "fails":
		return fmt.Errorf("no note is on this disk: %w", io.EOF)
	case "never":
		<-ctx.Done()
		return nil
	case "panics":
		_, _ = fmt.Fprintln(os.Stderr, "the first note is read")
		go panic("a note has no name")
		<-ctx.Done()
	case "exits":
		os.Exit(3)
	case "closes":
		_ = os.Stdout.Close()
		select {}
	case "prints":
		fmt.Println("debugging")
	case "prints on":
		for {
			fmt.Print(strings.Repeat("debugging", 1000))
		}
	}
	Gauge("pid", func() float64 { return float64(os.Getpid()) })
	Gauge("once_on", func() float64 { return float64(once.v.Load()) })
	var eaten [][]byte
	var mu sync.Mutex
	client := &http.Client{}
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/counts":
			_, _ = fmt.Fprintf(w, "%d %d", goroutines().Total, pprof.Lookup("goroutine").Count())
			return
		case silent.On():
			served.Add(1)
		case leak.On():
			for range 10 {
				go func() { <-ctx.Done() }()
			}
		case eat.On():
			mu.Lock()
			eaten = append(eaten, bytes.Repeat([]byte{1}, 4<<20))
			mu.Unlock()
		case die.On():
			_, _ = fmt.Fprintln(os.Stderr, "out of notes")
			os.Exit(3)
		case once.On():
			once.Off()
		}
		for stall.On() && r.Context().Err() == nil {
			changed := Changed()
			if !stall.On() {
				break
			}
			select {
			case <-changed:
			case <-r.Context().Done():
			}
		}
		req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, s.URL("store"), nil)
		if err != nil {
			panic(err)
		}
		resp, err := client.Do(req)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		_ = resp.Body.Close()
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

// running is a lab that runs in this process, with its service in another.
type running struct {
	t        *testing.T
	commands *json.Encoder
	stdin    io.Closer
	messages chan lab.Message
	ended    chan error
}

// start starts a lab and waits until it says what there is. It ends with the
// test.
func start(t *testing.T, l Lab) *running {
	t.Helper()
	r := begin(t, l)
	r.until("hello", func(m lab.Message) bool { return m.Hello != nil })
	return r
}

// begin starts a lab.
func begin(t *testing.T, l Lab) *running {
	t.Helper()
	resetSettings()
	// As in a lab that was started: who sends a command need not listen meanwhile.
	in, stdin, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, out := io.Pipe()
	r := attach(t, stdin, stdout)
	r.ended = make(chan error, 1)
	go func() {
		err := l.run(context.Background(), in, out)
		_ = out.Close()
		r.ended <- err
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		for range r.messages {
		}
		<-r.ended
		_ = in.Close()
	})
	return r
}

// attach reads the messages of a lab.
func attach(t *testing.T, stdin io.WriteCloser, stdout io.Reader) *running {
	r := &running{t: t, commands: json.NewEncoder(stdin), stdin: stdin, messages: make(chan lab.Message)}
	go func() {
		defer close(r.messages)
		for in := bufio.NewScanner(stdout); in.Scan(); {
			var m lab.Message
			if err := json.Unmarshal(in.Bytes(), &m); err != nil {
				t.Errorf("the lab says %q: %v", in.Text(), err)
			}
			r.messages <- m
		}
	}()
	return r
}

func resetSettings() {
	declared.mu.Lock()
	defer declared.mu.Unlock()
	for name, v := range declared.settings {
		v.Store(0)
		if name == "rate" {
			v.Store(streamRate)
		}
	}
}

// set changes a setting.
func (r *running) set(name string, value int) {
	r.t.Helper()
	if err := r.commands.Encode(lab.Command{Set: &lab.Setting{Name: name, Value: value}}); err != nil {
		r.t.Fatal(err)
	}
}

// until waits for a message.
func (r *running) until(what string, is func(lab.Message) bool) lab.Message {
	r.t.Helper()
	late := time.NewTimer(soonEnough)
	defer late.Stop()
	var last lab.Message
	for {
		select {
		case m, ok := <-r.messages:
			if !ok {
				r.t.Fatalf("the lab ended before %s; it said last: %s", what, describe(last))
			}
			if is(m) {
				return m
			}
			last = m
		case <-late.C:
			r.t.Fatalf("%s has not come about; it said last: %s", what, describe(last))
		}
	}
}

// sample waits for a sample.
func (r *running) sample(what string, is func(n map[string]float64) bool) map[string]float64 {
	r.t.Helper()
	return r.until(what, func(m lab.Message) bool { return m.Sample != nil && is(m.Sample.Numbers) }).Sample.Numbers
}

// event waits for an event.
func (r *running) event(text string) lab.Event {
	r.t.Helper()
	return *r.until("the event "+text, func(m lab.Message) bool { return m.Event != nil && m.Event.Text == text }).Event
}

// problem waits for the end of the lab, with its last words.
func (r *running) problem() string {
	r.t.Helper()
	return r.until("a problem", func(m lab.Message) bool { return m.Problem != "" }).Problem
}

func describe(m lab.Message) string {
	b, err := json.Marshal(m)
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// change gives a bound another value for the time of a test.
func change[T any](t *testing.T, bound *T, value T) {
	old := *bound
	*bound = value
	t.Cleanup(func() { *bound = old })
}
