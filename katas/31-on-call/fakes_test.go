package oncall_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	oncall "example.com/leakproof/katas/31-on-call"
	"example.com/leakproof/katas/internal/kit/network"
)

const (
	conns = 4 // calls of Load and Save that may run at once
	trail = 8 // entries of the audit trail that may wait

	requestLimit  = 5 * time.Second // Restore 2
	connLimit     = 20 * time.Second
	idleLimit     = 2 * time.Minute
	bodyLimit     = 64 << 10
	checkerLimit  = 3 * time.Second
	shutdownLimit = 10 * time.Second

	moment   = 10 * time.Millisecond
	patience = 10 * time.Minute // of a client
	forever  = 24 * time.Hour

	secret = "pq: 10.0.3.17: " // in what the database says of a failure
)

// A database is a fake. It has the notes n-1 and n-2. The functions are what a
// call does before it returns, or before it writes; nil does nothing.
type database struct {
	load   func(ctx context.Context, id string) error
	save   func(ctx context.Context, id string) error
	record func(ctx context.Context) error

	mu         sync.Mutex
	notes      map[string][]string // their lines
	entries    []oncall.Entry      // of the audit trail
	saves      int
	live, peak int    // calls of Load and Save
	deaf       bool   // a context was given to one of them that never ends
	recording  int    // calls of Record
	late       string // that one of them came too late to be done
	closed     int    // calls of Close
	misused    string // how it was used when it should not have been
}

func (d *database) Load(ctx context.Context, id string) (oncall.Note, error) {
	defer d.enter(ctx, "Load")()
	d.mu.Lock()
	lines, found := d.notes[id]
	note := oncall.Note{ID: id, Lines: slices.Clone(lines)}
	d.mu.Unlock()
	if err := call(ctx, d.load, id); err != nil {
		return oncall.Note{}, err
	}
	if !found {
		return oncall.Note{}, fmt.Errorf("%s%w", secret, oncall.ErrNoRow)
	}
	return note, nil
}

func (d *database) Save(ctx context.Context, n oncall.Note) error {
	defer d.enter(ctx, "Save")()
	if err := call(ctx, d.save, n.ID); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.saves++
	d.notes[n.ID] = slices.Clone(n.Lines)
	return nil
}

func (d *database) Record(ctx context.Context, entries []oncall.Entry) error {
	d.update(func() {
		d.recording++
		d.check("Record")
		if ctx.Err() != nil {
			d.late = "\nRecord was called with a context that had ended"
		}
	})
	defer d.update(func() { d.recording-- })
	if err := call(ctx, func(ctx context.Context, _ string) error {
		if d.record == nil {
			return nil
		}
		return d.record(ctx)
	}, ""); err != nil {
		return err
	}
	d.update(func() { d.entries = append(d.entries, entries...) })
	return nil
}

func (d *database) Close() error {
	d.update(func() {
		d.closed++
		switch {
		case d.live > 0:
			d.misused = fmt.Sprintf("it was closed with calls of Load or Save at work: %d", d.live)
		case d.recording > 0:
			d.misused = "it was closed with Record at work"
		}
	})
	return nil
}

// check notes a call that comes too late.
func (d *database) check(call string) {
	if d.closed > 0 && d.misused == "" {
		d.misused = call + " was called when it had been closed"
	}
}

// hider says which property comes first where a call went on for too long.
func (d *database) hider() string {
	if d.deaf {
		return "\nThe database is called with a context that never ends: nothing can reach it (Restore 1 hides this)"
	}
	return ""
}

func (d *database) enter(ctx context.Context, call string) (leave func()) {
	d.update(func() {
		d.check(call)
		d.deaf = d.deaf || ctx.Done() == nil
		d.live++
		d.peak = max(d.peak, d.live)
	})
	return func() { d.update(func() { d.live-- }) }
}

func (d *database) update(change func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	change()
}

// call does f, if ctx has not ended before.
func call(ctx context.Context, f func(ctx context.Context, id string) error, id string) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s%w", secret, err)
	}
	if f == nil {
		return nil
	}
	return f(ctx, id)
}

// take returns a call that takes d, if nobody stops it.
func take(d time.Duration) func(context.Context, string) error {
	return func(ctx context.Context, _ string) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s%w", secret, ctx.Err())
		}
	}
}

var hang = take(forever)

// A gate holds calls up until it is closed. Nothing else ends their wait.
type gate chan struct{}

func (g gate) pass(context.Context, string) error { <-g; return nil }

// A checker is the transport to a fake of the checker.
type checker func(r *http.Request) (*http.Response, error)

func (c checker) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	return c(r)
}

// says is a checker that answers after d.
func says(d time.Duration, status int, body string) checker {
	return func(r *http.Request) (*http.Response, error) {
		if err := take(d)(r.Context(), ""); err != nil {
			return nil, err
		}
		return response(r, status, strings.NewReader(body)), nil
	}
}

func response(r *http.Request, status int, body io.Reader) *http.Response {
	return &http.Response{
		Status: fmt.Sprint(status, " ", http.StatusText(status)), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(body), ContentLength: -1, Request: r,
	}
}

// A stuck body has nothing to read until its request ends.
type stuck struct{ context.Context }

func (s stuck) Read([]byte) (int, error) { <-s.Done(); return 0, s.Err() }

var allows = says(0, http.StatusOK, `{"blocked":false}`)

// A site is a service that runs, with its fakes.
type site struct {
	*database
	network *network.Listener
	client  *http.Client
	stop    context.CancelFunc // ends Run's context
	ended   chan struct{}      // closed when Run has returned
	err     error              // of Run
}

// open runs a service until the test ends. prepare may be nil.
func open(t *testing.T, prepare func(*site, *oncall.Config)) *site {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	x := &site{
		database: &database{notes: map[string][]string{"n-1": {"Milk"}, "n-2": {"Rent"}}},
		network:  network.Listen(), stop: stop, ended: make(chan struct{}),
	}
	x.client = x.network.Client()
	cfg := oncall.Config{
		Listener: x.network, DB: x.database, Checker: "http://checker.test/check", Transport: allows,
		Log: slog.New(slog.DiscardHandler), Conns: conns, Trail: trail,
	}
	if prepare != nil {
		prepare(x, &cfg)
	}
	go func() {
		defer close(x.ended)
		x.err = oncall.Run(ctx, cfg)
	}()
	t.Cleanup(func() {
		x.client.CloseIdleConnections()
		stop()
		select {
		case <-x.ended:
		case <-time.After(shutdownLimit): // another test's business
		}
	})
	return x
}

// A request is one that has begun. The rest is there once done is closed.
type request struct {
	name   string
	leave  context.CancelFunc
	done   chan struct{}
	status int
	kind   string // its content type
	body   string
	took   time.Duration
	err    error
}

// begin sends a request. It goes on until it is answered, its client leaves, or
// its patience is at an end.
func (x *site) begin(name string, body io.Reader) *request {
	ctx, leave := context.WithTimeout(context.Background(), patience)
	r := &request{name: name, leave: leave, done: make(chan struct{})}
	method, path, _ := strings.Cut(name, " ")
	start := time.Now()
	go func() {
		defer close(r.done)
		defer leave()
		defer func() { r.took = time.Since(start) }()
		req, err := http.NewRequestWithContext(ctx, method, "http://notes.test"+path, body)
		if err != nil {
			r.err = err
			return
		}
		res, err := x.client.Do(req)
		if err != nil {
			r.err = err
			return
		}
		defer func() { _ = res.Body.Close() }()
		data, err := io.ReadAll(res.Body)
		r.status, r.kind, r.body, r.err = res.StatusCode, res.Header.Get("Content-Type"), strings.TrimSpace(string(data)), err
	}()
	return r
}

// do sends a request and returns when it is over. A line is the body of a write.
func (x *site) do(name, line string) *request {
	r := x.begin(name, write(line))
	<-r.done
	return r
}

// write is the body of a write; without a line there is none.
func write(line string) io.Reader {
	if line == "" {
		return nil
	}
	body, _ := json.Marshal(map[string]string{"line": line})
	return bytes.NewReader(body)
}

func (r *request) over() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// wait waits for r, in real time, and reports whether it is over.
func (r *request) wait() bool {
	select {
	case <-r.done:
	case <-time.After(10 * time.Second):
		r.leave()
	}
	return r.over()
}

// String is what a message says of r.
func (r *request) String() string {
	switch {
	case !r.over():
		return r.name + " isn't answered"
	case errors.Is(r.err, context.DeadlineExceeded):
		return fmt.Sprintf("%s had no answer after %v", r.name, r.took.Round(time.Millisecond))
	case r.err != nil:
		return fmt.Sprintf("%s failed after %v: %v", r.name, r.took.Round(time.Millisecond), r.err)
	}
	return fmt.Sprintf("%s got %d %.80s after %v", r.name, r.status, r.body, r.took.Round(time.Millisecond))
}

// failed reports whether r got an error of the service's own shape.
func (r *request) failed(status int, code string) bool {
	return r.err == nil && r.status == status && r.kind == "application/json" && r.body == fmt.Sprintf(`{"error":%q}`, code)
}

// end stops the service and reports whether Run returns within the limit.
func (x *site) end() bool {
	x.client.CloseIdleConnections()
	x.stop()
	return x.endsWithin(shutdownLimit)
}

func (x *site) endsWithin(d time.Duration) bool {
	select {
	case <-x.ended:
		return true
	case <-time.After(d):
		return false
	}
}

// judge fails t with what is wrong in the scene. The requests of a scene meet in
// real time, where the service's deadlines are real: on a machine that's busy with
// other things, one that took over a second is played again.
func judge(t *testing.T, scene func() (wrong string)) {
	t.Helper()
	for try := 1; ; try++ {
		start := time.Now()
		wrong := scene()
		if wrong == "" {
			return
		}
		if time.Since(start) < time.Second || try == 5 {
			t.Fatal(wrong)
		}
	}
}
