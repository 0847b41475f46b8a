package host

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Stream is requests that come at a constant rate, however long the answers
// take, as from many clients that know nothing of each other.
type Stream struct {
	Name    string
	Rate    int           // requests a second at the start
	RateOf  func() int    // if set, the rate of now; Rate is not used
	Timeout time.Duration // after which the client leaves
	Method  string        // default GET
	Path    string
	Body    []byte
	New     bool                      // each request comes on a connection of its own, as from a new client
	Check   func(*vegeta.Result) bool // reports whether an answer counts as answered; default: its status is below 400
}

const (
	slots       = 4 // a second: as often as is sampled
	windowSlots = 3 * slots
	rateSlots   = slots
	longest     = time.Minute            // latency that can be told
	digits      = 2                      // of a latency: 1 %
	idleConns   = 512                    // to keep for the next requests
	timerGrain  = time.Millisecond       // by which an idle sender wakes late: on Linux the runtime sleeps in whole ones
	late        = 100 * time.Millisecond // from which on the load is disturbed
	tooLate     = time.Second            // from which on the machine is too slow for the rate
)

// stream is a Stream under way.
type stream struct {
	Stream
	phase     time.Duration // by which the first request comes later than it could
	mu        sync.Mutex
	began     time.Time                // of the attack
	next      time.Duration            // after began, when the next request is due
	sends     time.Duration            // ... and when the last one was to go out
	slowdown  int                      // the rate is divided by it
	due       map[uint64]time.Duration // of requests that have not ended
	sent      int
	answered  int
	failed    int
	latencies *hdrhistogram.WindowedHistogram // µs, of those that ended
	ended     [windowSlots]outcomes           // by slot; the first is the present one
	latest    time.Duration                   // how late a request of the present slot went out, at most
	unsent    string                          // why one of the present slot could not be sent, "" if all could
}

type outcomes struct{ answered, failed int }

func newStream(s Stream) *stream {
	return &stream{
		Stream: s, slowdown: 1, due: map[uint64]time.Duration{},
		latencies: hdrhistogram.NewWindowed(windowSlots, 1, longest.Microseconds(), digits),
	}
}

// newStreams makes streams that start apart. Where one rate is a multiple of the
// other, requests of both would always go out at the same moment, and those of
// clients that know nothing of each other do not.
func newStreams(all []Stream) (streams []*stream) {
	shortest := longest
	for _, one := range all {
		s := newStream(one)
		shortest = min(shortest, time.Second/time.Duration(s.rate()))
		streams = append(streams, s)
	}
	for i, s := range streams {
		s.phase = shortest * time.Duration(i) / time.Duration(len(streams))
	}
	return streams
}

// send sends the requests until ctx is done. wait blocks while a cap is
// reached, and slower is told when the machine cannot send as many.
func (s *stream) send(ctx context.Context, url string, wait func(context.Context) bool, slower func(rate int)) {
	client := &http.Client{
		Timeout:   s.Timeout,
		Transport: &http.Transport{MaxIdleConns: idleConns, MaxIdleConnsPerHost: idleConns, DisableCompression: true, DisableKeepAlives: s.New},
	}
	defer client.CloseIdleConnections()
	attacker := vegeta.NewAttacker(vegeta.Client(client), vegeta.MaxWorkers(uint64(2*mostWaiting)), vegeta.MaxBody(0))
	defer attacker.Stop()
	method := s.Method
	if method == "" {
		method = http.MethodGet
	}
	target := func(t *vegeta.Target) error {
		s.mu.Lock()
		s.sent++
		s.mu.Unlock()
		t.Method, t.URL, t.Body = method, url+s.Path, s.Body
		return nil
	}
	results := attacker.Attack(target, &pacer{s, ctx, wait, slower}, 0, s.Name)
	for r := range results {
		s.take(r)
	}
}

func (s *stream) take(r *vegeta.Result) {
	ok := r.Error == "" && r.Code < http.StatusBadRequest
	if s.Check != nil {
		ok = s.Check(r)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	due := s.began.Add(s.due[r.Seq])
	delete(s.due, r.Seq)
	lateness := r.Timestamp.Sub(due)
	s.latest = max(s.latest, lateness)
	if r.Error != "" {
		s.unsent = cmp.Or(s.unsent, lacks(r.Error))
	}
	s.record(r.Latency+max(0, lateness-timerGrain), ok)
}

// lacks says what this machine lacks where it is the reason for a failure, which
// then says nothing of the service.
func lacks(failure string) string {
	for _, e := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.ENOBUFS, syscall.ENETUNREACH} {
		if strings.HasSuffix(failure, ": "+e.Error()) {
			return e.Error()
		}
	}
	return ""
}

// record counts a request that ended, with its latency. Hold s.mu.
func (s *stream) record(latency time.Duration, answered bool) {
	if answered {
		s.answered++
		s.ended[0].answered++
	} else {
		s.failed++
		s.ended[0].failed++
	}
	_ = s.latencies.Current.RecordValue(min(longest, max(time.Microsecond, latency)).Microseconds()) // it is in range
}

// waiting is how many requests have not ended.
func (s *stream) waiting() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return float64(s.sent - s.answered - s.failed)
}

// rate is how many requests a second are wanted now.
func (s *stream) rate() int {
	if s.RateOf != nil {
		return max(1, s.RateOf()/s.slowdown)
	}
	return max(1, s.Rate/s.slowdown)
}

// slow halves the rate and returns what it is now.
func (s *stream) slow() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slowdown *= 2
	return s.rate()
}

// pacer says when the next request is due. Latencies count from then, so that
// a sender that comes late hides nothing; only what a timer alone makes of it is
// no latency of the service.
type pacer struct {
	*stream
	ctx    context.Context //nolint:containedctx // vegeta passes none
	wait   func(context.Context) bool
	slower func(rate int)
}

// Pace is vegeta's question; the wait it answers is always followed by a
// request.
func (p *pacer) Pace(elapsed time.Duration, hits uint64) (time.Duration, bool) {
	if waited := p.wait(p.ctx); waited {
		p.mu.Lock()
		p.next = 0 // what was not sent is not made up for
		p.mu.Unlock()
	}
	if p.ctx.Err() != nil {
		return 0, true
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began.IsZero() {
		p.began = time.Now().Add(-elapsed)
	}
	elapsed = time.Since(p.began)
	if p.next == 0 {
		p.next = elapsed + p.phase
	}
	if elapsed-p.next > tooLate {
		p.next = elapsed
		if elapsed-p.sends <= tooLate { // else the lab was stopped, or the machine slept: not too slow
			p.slowdown *= 2
			p.slower(p.rate())
		}
	}
	due := p.next
	p.sends = max(due, elapsed)
	p.due[hits] = due
	p.next += time.Second / time.Duration(p.rate())
	return max(0, due-elapsed), false
}

// Rate is for vegeta's own reports.
func (p *pacer) Rate(time.Duration) float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return float64(p.rate())
}

// measures are the numbers of a stream.
var measures = []string{"sent", "answered", "failed", "waiting", "rate", "ok", "p50", "p99", "max"}

// read adds the numbers of the last slot to a sample, begins the next one, and
// returns how late a request went out and why one could not.
func (s *stream) read(into map[string]float64) (latest time.Duration, unsent string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := func(name string, v float64) { into[s.Name+"."+name] = v }
	set("sent", float64(s.sent))
	set("answered", float64(s.answered))
	set("failed", float64(s.failed))
	set("waiting", float64(s.sent-s.answered-s.failed))
	var all, recent outcomes
	for i, o := range s.ended {
		all.answered, all.failed = all.answered+o.answered, all.failed+o.failed
		if i < rateSlots {
			recent.answered += o.answered
		}
	}
	set("rate", float64(recent.answered)*slots/rateSlots)
	if n := all.answered + all.failed; n > 0 {
		set("ok", 100*float64(all.answered)/float64(n))
		latencies := s.latencies.Merge()
		const ms = 1000
		set("p50", float64(latencies.ValueAtQuantile(50))/ms)
		set("p99", float64(latencies.ValueAtQuantile(99))/ms)
		set("max", float64(latencies.Max())/ms)
	}
	s.latencies.Rotate()
	copy(s.ended[1:], s.ended[:])
	s.ended[0] = outcomes{}
	latest, unsent = s.latest, s.unsent
	s.latest, s.unsent = 0, ""
	return latest, unsent
}

// Latency counts and times the requests of clients of another kind. Make it
// with [Clients.Latency].
type Latency struct{ stream *stream }

// Send counts a request that was due at a time, and returns what to call when
// it has ended.
func (l Latency) Send(due time.Time) (ended func(answered bool)) {
	s := l.stream
	s.mu.Lock()
	s.sent++
	s.mu.Unlock()
	return func(answered bool) {
		latency := time.Since(due)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.record(latency, answered)
	}
}
