package host

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"example.com/leakproof/lessons/lab"
)

// With a silent dependency and patient clients, what waits is what the
// dependency holds, and it rises with what is sent: nothing is answered, nothing
// fails.
func TestWaitingIsWhatTheDependencyHolds(t *testing.T) {
	r := start(t, testLab(patientTime))
	r.set("silent", 1)
	r.event("silent 1")
	first := r.sample("twenty that wait", func(n map[string]float64) bool { return n["reads.waiting"] >= 20 })
	r.sample("twenty more", func(n map[string]float64) bool {
		if n["reads.sent"]-first["reads.sent"] != n["reads.waiting"]-first["reads.waiting"] {
			t.Errorf("%v more were sent, and %v more wait", n["reads.sent"]-first["reads.sent"], n["reads.waiting"]-first["reads.waiting"])
		}
		return n["reads.waiting"] >= first["reads.waiting"]+20
	})
	r.set("rate", 1) // so that hardly a sample has a request on its way
	r.sample("as many at the dependency as wait", func(n map[string]float64) bool {
		return n["holding"] == n["reads.waiting"]
	})
}

// Clients that leave count as failed, and what waits is still what is held.
func TestWaitingKnowsWhoLeft(t *testing.T) {
	r := start(t, testLab(time.Second))
	r.set("silent", 1)
	r.sample("ten failures", func(n map[string]float64) bool { return n["reads.failed"] >= 10 })
	r.set("rate", 2)
	for range 3 {
		r.sample("as many at the dependency as wait", func(n map[string]float64) bool {
			return n["reads.waiting"] > 0 && n["holding"] == n["reads.waiting"] &&
				n["reads.waiting"] == n["reads.sent"]-n["reads.answered"]-n["reads.failed"]
		})
	}
}

// A service that stops for a while stops nobody who sends: all who come
// meanwhile wait, and p99 says for how long.
func TestAStallDoesNotStopTheLoad(t *testing.T) {
	r := start(t, testLab(patientTime))
	r.set("stall", 1)
	began := r.event("stall 1").At
	n := r.sample("two seconds' worth of requests that wait", func(n map[string]float64) bool { return n["reads.waiting"] >= 2*streamRate })
	r.set("stall", 0)
	ended := r.event("stall 0").At
	after := r.sample("the answers", func(n map[string]float64) bool { return n["reads.waiting"] < streamRate/2 })
	// The eldest have waited for the whole stall; of all, they are more than 1 %.
	const ms = 1000
	if stalled := (ended - began) * ms; after["reads.p99"] < stalled/2 || after["reads.max"] < after["reads.p99"] {
		t.Errorf("after a stall of %.0f ms with %v waiting: p99 %v ms, max %v ms", stalled, n["reads.waiting"], after["reads.p99"], after["reads.max"])
	}
}

// A latency counts from when the request was due, not from when it went out.
func TestLatencyCountsFromTheIntendedStart(t *testing.T) {
	s := newStream(Stream{Name: "reads", Rate: 10})
	s.began = time.Now()
	s.due[7] = 100 * time.Millisecond
	s.take(&vegeta.Result{Seq: 7, Code: 200, Timestamp: s.began.Add(700 * time.Millisecond), Latency: 50 * time.Millisecond})
	n := map[string]float64{}
	if late, _ := s.read(n); late != 600*time.Millisecond {
		t.Errorf("it went out %v late, want 600ms", late)
	}
	if got := n["reads.max"]; got < 645 || got > 655 { // two digits
		t.Errorf("%v ms, want 650", got)
	}
}

// A sender that slept is late by what a timer is late: that is no latency.
func TestLatencyLeavesOutTheTimer(t *testing.T) {
	s := newStream(Stream{Name: "reads", Rate: 10})
	s.began = time.Now()
	s.due[7] = 100 * time.Millisecond
	s.take(&vegeta.Result{Seq: 7, Code: 200, Timestamp: s.began.Add(s.due[7] + 9*timerGrain/10), Latency: 2 * time.Millisecond})
	n := map[string]float64{}
	s.read(n)
	if got := n["reads.max"]; got < 1.95 || got > 2.05 {
		t.Errorf("%v ms, want 2", got)
	}
}

// Streams whose rates are multiples of each other never send at the same moment.
func TestStreamsStartApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		due := map[time.Duration]string{}
		goOn := func(context.Context) bool { return false }
		for _, s := range newStreams([]Stream{{Name: "lists", Rate: 20}, {Name: "previews", Rate: 5}}) {
			p := &pacer{s, t.Context(), goOn, nil}
			for hits := range uint64(8) {
				p.Pace(0, hits)
				if other, ok := due[s.due[hits]]; ok {
					t.Errorf("%s and %s send after %v", other, s.Name, s.due[hits])
				}
				due[s.due[hits]] = s.Name
			}
		}
	})
}

// A request that this machine could not send says nothing of the service.
func TestWhatCouldNotBeSentDisturbs(t *testing.T) {
	s := newStream(Stream{Name: "reads", Rate: 10})
	failed := func(err error) string {
		s.take(&vegeta.Result{Error: (&net.OpError{Op: "dial", Net: "tcp", Err: err}).Error()})
		_, unsent := s.read(map[string]float64{})
		return unsent
	}
	if got := failed(os.NewSyscallError("socket", syscall.EMFILE)); got != syscall.EMFILE.Error() {
		t.Errorf("without files: %q", got)
	}
	if got := failed(os.NewSyscallError("connect", syscall.ECONNREFUSED)); got != "" {
		t.Errorf("a service that refuses: %q", got)
	}
}

// What is wrong with the machine is said with what to do about it.
func TestWhyLoopbackCannotBeUsed(t *testing.T) {
	for errno, want := range map[syscall.Errno]string{
		syscall.EADDRINUSE: "no free port", syscall.EMFILE: "ulimit -n", syscall.ENETUNREACH: "ip link set lo up", syscall.EACCES: "allow local connections",
	} {
		if got := noLoopback(os.NewSyscallError("bind", errno)).Error(); !strings.Contains(got, want) {
			t.Errorf("%v: %q, want %q", errno, got, want)
		}
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", loopback)
	if err != nil {
		t.Fatal(err)
	}
	if err := reach(t.Context(), listener.Addr().String()); err != nil {
		t.Errorf("one who listens: %v", err)
	}
	_ = listener.Close()
	if err := reach(t.Context(), listener.Addr().String()); err == nil {
		t.Error("nobody listens, and it was reached")
	}
}

// While nobody reads what is measured, no cap could be seen: the load waits.
func TestTheLoadWaitsWhileNothingIsMeasured(t *testing.T) {
	r := start(t, testLab(patientTime))
	<-time.After(2 * tooLate) // without reading
	r.event("nothing was measured for 1s: the load waits")
	r.event("below the cap: the load goes on")
}

// Who waits is counted with each request, not only with each sample.
func TestTheCapOfThoseWhoWaitIsReachedBetweenSamples(t *testing.T) {
	change(t, &mostWaiting, 10)
	change(t, &patience, soonEnough)
	r := start(t, testLab(patientTime))
	r.set("silent", 1)
	most := 0.0
	r.until("the cap", func(m lab.Message) bool { return m.Event != nil && m.Event.Text == cappedAt("10 requests that wait") })
	for range 8 {
		most = max(most, r.sample("a sample", func(map[string]float64) bool { return true })["reads.waiting"])
	}
	if most > 12 {
		t.Errorf("%v wait, and the cap is 10", most)
	}
}

// Who sends a second too late sends half as much from then on.
func TestTheRateIsLoweredWhenTheSenderIsTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStream(Stream{Name: "reads", Rate: 100})
		var rates []int
		goOn := func(context.Context) bool { return false }
		p := &pacer{s, t.Context(), goOn, func(rate int) { rates = append(rates, rate) }}
		for hit := range uint64(4) {
			p.Pace(0, hit)
			time.Sleep(300 * time.Millisecond)
		}
		if len(rates) != 0 {
			t.Errorf("lowered to %v after less than a second", rates)
		}
		p.Pace(0, 4)
		p.Pace(0, 5)
		if len(rates) != 1 || rates[0] != 50 || s.rate() != 50 {
			t.Errorf("lowered to %v, and the rate is %d: want 50, once", rates, s.rate())
		}
		time.Sleep(20 * time.Second) // it was stopped, or the machine slept
		if wait, _ := p.Pace(0, 6); len(rates) != 1 || wait != 0 {
			t.Errorf("after a stop lowered to %v, and the next request goes out in %v: want no change, and at once", rates, wait)
		}
		if wait, _ := p.Pace(0, 7); wait != time.Second/50 {
			t.Errorf("the one after it goes out in %v: what was not sent is not made up for", wait)
		}
	})
}

// A load that takes more than a core is halved, and an event says so.
func TestTheRateIsLoweredWhenItTakesMoreThanACore(t *testing.T) {
	var out bytes.Buffer
	h := &host{began: time.Now(), to: json.NewEncoder(&out), streams: []*stream{newStream(Stream{Name: "reads", Rate: 100}), newStream(Stream{Name: "timed"})}}
	sample := func(cpu float64) {
		h.bound(&lab.Sample{Numbers: map[string]float64{cpuNumber: cpu}})
	}
	for range windowSlots - 1 {
		sample(150)
	}
	sample(90) // a moment's rest
	for range windowSlots - 1 {
		sample(150)
	}
	if out.Len() != 0 {
		t.Errorf("after less than three seconds: %s", &out)
	}
	sample(150)
	if h.streams[0].rate() != 50 || !strings.Contains(out.String(), "reads: it takes more than a core, now 50 a second") || strings.Contains(out.String(), "timed") {
		t.Errorf("the rate is %d, and it says %s", h.streams[0].rate(), &out)
	}
}

// A load that waits because nothing was measured may be at a bound: the next sample
// says at which.
func TestTheNextSampleSaysWhichBoundWasReached(t *testing.T) {
	var out bytes.Buffer
	h := &host{began: time.Now(), to: json.NewEncoder(&out)}
	h.cap(unmeasured)
	for _, n := range []float64{mostRoutines + 1, mostRoutines + 2, 0} {
		h.bound(&lab.Sample{Numbers: map[string]float64{"goroutines": n}})
	}
	var said []string
	for _, line := range strings.Split(strings.TrimSpace(out.String()), "\n") {
		var m lab.Message
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatal(err)
		}
		said = append(said, m.Event.Text)
	}
	if want := []string{unmeasured, cappedAt("20000 goroutines"), "below the cap: the load goes on"}; !slices.Equal(said, want) {
		t.Errorf("it says %q, want %q", said, want)
	}
}

// At a bound the load waits, an event says so, and below it goes on.
func TestCaps(t *testing.T) {
	for _, tt := range []struct {
		name, setting string
		bound         *float64
		value         float64
		event         string
	}{
		{"goroutines", "leak", &mostRoutines, 300, "capped at 300 goroutines: production has no cap"},
		{"memory", "eat", &mostMemory, 250, "capped at 250 MB: production has no cap"},
		{"requests that wait", "silent", &mostWaiting, 40, "capped at 40 requests that wait: production has no cap"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			change(t, tt.bound, tt.value)
			r := start(t, testLab(patientTime))
			r.set(tt.setting, 1)
			r.event(tt.event)
			capped := r.sample("a sample", func(map[string]float64) bool { return true })
			for range 3 {
				n := r.sample("a sample", func(map[string]float64) bool { return true })
				// One request was already due when the cap was reached.
				if n["reads.sent"] > capped["reads.sent"]+1 {
					t.Errorf("%v were sent at the cap, then %v", capped["reads.sent"], n["reads.sent"])
				}
			}
			r.set(tt.setting, 0)
			r.set("restart", 1)
			r.event("below the cap: the load goes on")
			r.sample("answers", func(n map[string]float64) bool { return n["reads.answered"] > capped["reads.answered"]+streamRate })
		})
	}
}
