package host

import (
	"cmp"
	"context"
	"fmt"
	"runtime/metrics"
	"time"

	"example.com/leakproof/lessons/lab"
)

// The bounds. They are variables for tests, which have less time.
var (
	mostMemory   = 400.0            // MB, service and load together
	mostWaiting  = 5000.0           // requests of one stream
	mostRoutines = 20000.0          // goroutines of the service
	idleLimit    = 10 * time.Minute // without a command
	patience     = 5 * time.Second  // for an answer of the service's process
	loopback     = "127.0.0.1:0"    // where everything of a lab listens
)

// cpu is what both processes have used of the processors.
type cpu struct {
	at   time.Time
	used float64 // seconds
}

// sample measures both processes and looks at the bounds.
func (h *host) sample() (*lab.Sample, error) {
	r, latest, err := h.ask(order{Sample: true})
	if err != nil {
		return nil, err
	}
	for _, name := range r.Off {
		off := lab.Setting{Name: name}
		if err := declared.set(off); err != nil {
			return nil, err
		}
		h.event(name+" is over", &off)
	}
	out := &lab.Sample{At: time.Since(h.began).Seconds(), Numbers: declared.read()}
	for name, v := range r.Numbers {
		out.Numbers[name] += v
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	unsent := ""
	for _, s := range h.streams {
		when, why := s.read(out.Numbers)
		latest, unsent = max(latest, when), cmp.Or(unsent, why)
	}
	switch {
	case unsent != "":
		out.Disturbed = fmt.Sprintf("requests could not be sent (%s): close other programs", unsent)
	case latest > late:
		out.Disturbed = fmt.Sprintf("this machine was busy: the load went out %d ms late", latest.Milliseconds())
	}
	h.measureProcessors(out.Numbers)
	h.bound(out)
	h.unseen.Reset(tooLate)
	delete(out.Numbers, memoryNumber)
	return out, nil
}

// measureProcessors turns the seconds of a processor into percent of one, over
// the last second.
func (h *host) measureProcessors(numbers map[string]float64) {
	own, ok := processorTime()
	if !ok {
		return
	}
	now := cpu{time.Now(), numbers[cpuNumber] + own.Seconds()}
	copy(h.used[:], h.used[1:])
	h.used[slots] = now
	delete(numbers, cpuNumber)
	if before := h.used[0]; !before.at.IsZero() {
		numbers[cpuNumber] = max(0, 100*(now.used-before.used)/now.at.Sub(before.at).Seconds()) // a new service begins at 0
	}
}

// bound stops the load at a bound, lets it go on well below it, and lowers the
// rates of a load that needs more than its share of the processors. Hold h.mu.
func (h *host) bound(s *lab.Sample) {
	own := []metrics.Sample{{Name: memoryMetric}}
	metrics.Read(own)
	memory := s.Numbers[memoryNumber] + float64(own[0].Value.Uint64())/mb
	routines, waiting := s.Numbers["goroutines"], 0.0
	for _, stream := range h.streams {
		waiting = max(waiting, s.Numbers[stream.Name+".waiting"])
	}
	reached := func(share float64) string {
		switch {
		case memory > share*mostMemory:
			return fmt.Sprintf("%.0f MB", mostMemory)
		case routines > share*mostRoutines:
			return fmt.Sprintf("%.0f goroutines", mostRoutines)
		case waiting > share*mostWaiting:
			return fmt.Sprintf("%.0f requests that wait", mostWaiting)
		default:
			return ""
		}
	}
	if what := reached(1); what != "" && (h.capped == nil || h.why == unmeasured) {
		if h.capped == nil {
			h.capped = make(chan struct{})
		}
		h.why = cappedAt(what)
		h.event(h.why, nil)
	} else if h.capped != nil && reached(released) == "" {
		close(h.capped)
		h.capped = nil
		h.event("below the cap: the load goes on", nil)
	}
	if s.Numbers[cpuNumber] <= mostCPU {
		h.busy = 0
	} else if h.busy++; h.busy == windowSlots {
		h.busy = 0
		h.slow("it takes more than a core")
	}
}

// unmeasured is why the load waits until there is a sample, which may have
// another reason.
var unmeasured = fmt.Sprintf("nothing was measured for %v: the load waits", tooLate)

func cappedAt(bound string) string { return "capped at " + bound + ": production has no cap" }

// cap stops the load until a sample is below all bounds.
func (h *host) cap(why string) {
	h.mu.Lock()
	before := h.capped
	if before == nil {
		h.capped, h.why = make(chan struct{}), why
	}
	h.mu.Unlock()
	if before == nil { // who is told may not listen for a while
		h.event(why, nil)
	}
}

// wait waits while a bound is reached, and reports whether it had to.
func (h *host) wait(ctx context.Context) bool {
	h.mu.Lock()
	capped := h.capped
	h.mu.Unlock()
	if capped == nil {
		return false
	}
	select {
	case <-capped:
	case <-ctx.Done():
	}
	return true
}
