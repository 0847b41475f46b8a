package host

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/lessons/lab"
)

// A setting acts in the process of the load and in the service's.
func TestSettingsActInBothProcesses(t *testing.T) {
	r := start(t, testLab(patientTime))
	off := r.sample("answers", func(n map[string]float64) bool { return n["reads.answered"] > 0 })
	r.set("silent", 1)
	if s := r.event("silent 1").Setting; s == nil || *s != (lab.Setting{Name: "silent", Value: 1}) {
		t.Errorf("the event has the setting %v", s)
	}
	r.sample("both", func(n map[string]float64) bool { return n["served"] > 3 && n["asked"] > off["asked"]+3 })
	r.set("silent", 0)
	r.event("silent 0")
	before := r.sample("a sample", func(map[string]float64) bool { return true })
	after := r.sample("answers", func(n map[string]float64) bool { return n["reads.answered"] > before["reads.answered"]+5 })
	// One was under way between the two processes.
	if after["served"] > before["served"]+1 || after["asked"] > before["asked"]+1 {
		t.Errorf("turned off: %v and %v, then %v and %v", before["served"], before["asked"], after["served"], after["asked"])
	}
}

// A switch that the service turns off is off everywhere, and can be turned on
// again.
func TestASwitchThatIsOverTurnsItselfOff(t *testing.T) {
	r := start(t, testLab(patientTime))
	for range 2 {
		r.set("once", 1)
		r.event("once 1")
		if s := r.event("once is over").Setting; s == nil || *s != (lab.Setting{Name: "once"}) {
			t.Errorf("the event has the setting %v", s)
		}
		if once.On() {
			t.Error("it is on in the process of the load")
		}
		if n := r.sample("a sample", func(map[string]float64) bool { return true }); n["once_on"] != 0 {
			t.Error("it is on in the service's")
		}
	}
}

// A new process takes the service's place: what leaked is gone, the settings
// are as they were, the address too.
func TestRestart(t *testing.T) {
	r := start(t, testLab(patientTime))
	r.set("leak", 1)
	leaky := r.sample("a leak", func(n map[string]float64) bool { return n["goroutines"] > 150 })
	r.set("leak", 0)
	r.set("silent", 1)
	r.event("silent 1")
	r.set("restart", 1)
	r.event("the service is back")
	n := r.sample("requests at the new process", func(n map[string]float64) bool { return n["served"] > 3 })
	if n["pid"] == leaky["pid"] {
		t.Error("it is the same process")
	}
	if n["goroutines"] > 150 {
		t.Errorf("%v goroutines", n["goroutines"])
	}
	if restart.On() {
		t.Error("restart is still on")
	}
}

// A sample that waits while the service is started again says nothing of the
// machine.
func TestAWaitForTheTurnIsNoDisturbance(t *testing.T) {
	h := &host{
		began: time.Now(), unseen: time.NewTimer(time.Hour), to: json.NewEncoder(io.Discard),
		service: &child{orders: json.NewEncoder(io.Discard), replies: bufio.NewScanner(strings.NewReader("{}\n"))},
	}
	defer func() { h.unseen.Stop() }()
	h.turn.Lock()
	time.AfterFunc(2*late, h.turn.Unlock)
	s, err := h.sample()
	if err != nil || s.Disturbed != "" {
		t.Errorf("after a wait of %v: %+v, %v", 2*late, s, err)
	}
}

// Hello names every number that a sample can have.
func TestHelloNamesWhatIsMeasured(t *testing.T) {
	r := begin(t, testLab(patientTime))
	hello := r.until("hello", func(m lab.Message) bool { return m.Hello != nil }).Hello
	named := map[string]bool{}
	for _, name := range hello.Numbers {
		named[name] = true
	}
	for range 8 {
		n := r.sample("a sample", func(map[string]float64) bool { return true })
		for name := range n {
			if !named[name] {
				t.Errorf("a sample has %s, and hello does not", name)
			}
		}
	}
	for _, want := range []string{"goroutines", "heap", "reads.sent", "reads.p99", "holding"} {
		if !named[want] {
			t.Errorf("hello names no %s", want)
		}
	}
}

// What pprof counts is what the lab shows: at one moment of a process, and
// through the page of pprof but for the connection that asks.
func TestGoroutinesAreWhatPprofCounts(t *testing.T) {
	r := begin(t, testLab(patientTime))
	hello := r.until("hello", func(m lab.Message) bool { return m.Hello != nil }).Hello
	r.set("leak", 1)
	r.sample("a leak", func(n map[string]float64) bool { return n["goroutines"] > 100 })
	r.set("leak", 0)
	r.set("rate", 1)
	r.sample("a quiet service", func(n map[string]float64) bool { return n["reads.waiting"] == 0 && n["reads.rate"] <= 2 })
	leaked := func(count int, frames string) int {
		if strings.Contains(frames, "serveTest.func") && !strings.Contains(frames, "net/http") {
			return count
		}
		return 0
	}

	if err := r.commands.Encode(lab.Command{Goroutines: true}); err != nil {
		t.Fatal(err)
	}
	g := r.until("goroutines", func(m lab.Message) bool { return m.Goroutines != nil }).Goroutines
	sum, own := 0, 0
	for _, group := range g.Groups {
		sum += group.Count
		own += leaked(group.Count, fmt.Sprint(group.Frames))
	}
	if sum != g.Total || own < 10 || own%10 != 0 {
		t.Errorf("groups of %d goroutines, %d in all; %d leaked in tens", sum, g.Total, own)
	}

	resp, err := http.Get(hello.Pprof + "goroutine?debug=1")
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if err != nil {
		t.Fatal(err)
	}
	theirs := 0
	for record := range strings.SplitSeq(string(text), "\n\n") {
		count := 0
		if _, err := fmt.Sscanf(record[strings.LastIndex("\n"+record[:strings.Index(record+" @", " @")], "\n"):], "%d @", &count); err == nil {
			theirs += leaked(count, record)
		}
	}
	if theirs != own {
		t.Errorf("%d leaked goroutines, and pprof counts %d:\n%s", own, theirs, text)
	}
}

// In one process, at one moment, the total is the same by three ways.
func TestTheTotalIsPprofsAtTheSameMoment(t *testing.T) {
	release := make(chan int)
	var begun sync.WaitGroup // one that has not begun has no frame of its function
	begun.Add(37)
	for range 37 {
		go wait(&begun, release)
	}
	begun.Wait()
	profile := pprof.Lookup("goroutine")
	before, g, counted := runtime.NumGoroutine(), goroutines(), profile.Count()
	for before != runtime.NumGoroutine() { // one of the runtime or of another test has just ended
		before, g, counted = runtime.NumGoroutine(), goroutines(), profile.Count()
	}
	if g.Total != counted || g.Total != before {
		t.Errorf("%d, pprof has %d, the runtime %d", g.Total, counted, before)
	}
	var text bytes.Buffer
	if err := profile.WriteTo(&text, 1); err != nil {
		t.Fatal(err)
	}
	var waiting int
	for _, group := range g.Groups {
		if slices.ContainsFunc(group.Frames, func(f lab.Frame) bool { return strings.HasSuffix(f.Func, "host.wait") }) {
			waiting += group.Count
			if group.State != "chan send" && group.State != "running" { // not all have got there
				t.Errorf("%d of them: %s", group.Count, group.State)
			}
		}
	}
	if waiting != 37 {
		t.Errorf("%d goroutines wait, want 37:\n%s", waiting, &text)
	}
	for range 37 {
		<-release
	}
}

func wait(begun *sync.WaitGroup, c chan<- int) {
	begun.Done()
	c <- 1
}

// The lab ends by itself when nobody gives it a command.
func TestTheLabEndsWithoutCommands(t *testing.T) {
	change(t, &idleLimit, time.Second)
	r := start(t, testLab(patientTime))
	if got := r.problem(); !strings.Contains(got, "without a key") {
		t.Errorf("it says %q", got)
	}
}

func TestCommandsThatCannotBeObeyed(t *testing.T) {
	r := start(t, testLab(patientTime))
	r.set("brake", 1)
	if got := r.problem(); !strings.Contains(got, `no setting "brake"`) {
		t.Errorf("it says %q", got)
	}

	r = start(t, testLab(patientTime))
	if err := r.commands.Encode("faster"); err != nil {
		t.Fatal(err)
	}
	if got := r.problem(); !strings.Contains(got, "command that it cannot read") {
		t.Errorf("it says %q", got)
	}
}
