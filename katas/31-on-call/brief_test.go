package oncall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	oncall "example.com/leakproof/katas/31-on-call"
	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Each property has one test. Where time decides, it is virtual, and no two requests
// are for the lines of one note; where such requests meet, they do so on real
// goroutines, which gates hold up, so that whoever waits may wait for a lock.

// loads are the requests that have the database load a note.
var loads = []struct{ name, line string }{
	{"GET /notes/n-1", ""},
	{"GET /notes?id=n-1&id=n-2", ""},
	{"POST /notes/n-1/lines", "Eggs"},
}

// Restore 1: when the client leaves, the database is told.
func TestDisconnects(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		for _, request := range loads {
			x := open(t, func(x *site, _ *oncall.Config) { x.load = hang })
			r := x.begin(request.name, write(request.line))
			time.Sleep(time.Second)
			r.leave()
			time.Sleep(moment)
			x.update(func() {
				if x.live > 0 {
					t.Fatalf("disconnects: %s, its client left after 1s, and %d of its calls of Load went on (Restore 1).\n"+
						"A Load that doesn't hear of its client hears of no deadline either (Restore 2)", request.name, x.live)
				}
			})
		}
	})
}

// Restore 2: a database that hangs does not hang its clients.
func TestDeadlines(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		for _, request := range append(loads, struct{ name, line string }{"POST /notes", "Eggs"}) {
			x := open(t, func(x *site, _ *oncall.Config) { x.load, x.save = hang, hang })
			r := x.do(request.name, request.line)
			var hider string
			x.update(func() { hider = x.hider() })
			if r.took > requestLimit || r.status != http.StatusServiceUnavailable && r.status != http.StatusGatewayTimeout {
				t.Fatalf("deadlines: the database hung, and %s;\nwant 503 or 504 within %v (Restore 2)%s", r, requestLimit, hider)
			}
		}
	})
	kit.Clock(t, func(t *testing.T) {
		var free atomic.Bool
		query := func(ctx context.Context, id string) error {
			if free.Load() {
				return take(time.Second)(ctx, id)
			}
			return hang(ctx, id)
		}
		x := open(t, func(x *site, _ *oncall.Config) { x.load, x.save = query, query })
		batch := "GET /notes?id=n-1" + strings.Repeat("&id=n-2&id=n-1", conns)
		all := []*request{x.begin(batch, nil)}
		for range 4 * conns {
			all = append(all, x.begin("GET /notes/n-1", nil), x.begin("POST /notes", write("Eggs")))
		}
		for _, r := range all {
			<-r.done
			if r.took > requestLimit || r.status != http.StatusServiceUnavailable && r.status != http.StatusGatewayTimeout {
				t.Fatalf("deadlines: the database hung, Conns is %d, %d requests came at once, and %s;\n"+
					"want 503 or 504 within %v, whatever a request waits for (Restore 2)", conns, len(all), r, requestLimit)
			}
		}
		time.Sleep(requestLimit)
		free.Store(true)
		_ = x.begin(batch, nil)
		time.Sleep(moment)
		x.update(func() {
			if x.live != conns {
				t.Fatalf("deadlines: the database hung, %d requests came at once, and got their 503 or 504. Then it was free, and of a batch\n"+
					"%d calls of Load ran at once; Conns is %d (Keep 15)", len(all), x.live, conns)
			}
		})
	})
}

// halfBody is a request of a client that doesn't send the rest. Its handler does
// not read the body: one that does holds a mutex of net/http, for which the server
// may be waiting, if the handler has a goroutine of its own (http.TimeoutHandler).
const halfBody = "GET /notes/n-1 HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 5000\r\n\r\n{"

// Restore 3: a client that sends or takes nothing does not keep its connection.
func TestSlowClients(t *testing.T) {
	const post = "POST /notes HTTP/1.1\r\nHost: notes.test\r\n"
	for name, c := range kit.Sorted(map[string]struct {
		sends string
		limit time.Duration
	}{
		"a client that sends nothing":                    {"", connLimit},
		"a client that sends half a header":              {post, connLimit},
		"a client that sends half a body":                {halfBody, connLimit},
		"a client that doesn't take its response":        {"GET /notes/big HTTP/1.1\r\nHost: notes.test\r\n\r\n", connLimit},
		"a client that has its response and stays, idle": {"GET /notes/none HTTP/1.1\r\nHost: notes.test\r\n\r\n", idleLimit},
	}) {
		kit.Clock(t, func(t *testing.T) {
			x := open(t, func(x *site, _ *oncall.Config) { x.notes["big"] = []string{strings.Repeat("x", 1<<20)} })
			conn, err := x.network.Dial(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			start := time.Now()
			_ = conn.SetDeadline(start.Add(patience))
			_, _ = io.WriteString(conn, c.sends)
			if strings.Contains(c.sends, "/big ") {
				time.Sleep(connLimit + time.Second)
				if n, _ := io.CopyN(io.Discard, conn, 1<<20); n == 1<<20 {
					t.Fatalf("slow clients: %s kept its connection for over %v (Restore 3)", name, connLimit)
				}
				return
			}
			_, _ = io.Copy(io.Discard, conn)
			if open := time.Since(start); open > c.limit+time.Second {
				t.Fatalf("slow clients: %s kept its connection for %v; want at most %v (Restore 3)", name, open, c.limit)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Restore 4: a body has an end.
func TestBodyLimits(t *testing.T) {
	const size = 2 << 20
	for _, name := range []string{"POST /notes", "POST /notes/n-1/lines"} {
		kit.Clock(t, func(t *testing.T) {
			x := open(t, nil)
			var body endless
			r := x.begin(name, io.LimitReader(io.MultiReader(strings.NewReader(`{"line":"`), &body), size))
			<-r.done
			if sent := body.sent.Load(); r.status != http.StatusRequestEntityTooLarge || sent > 1<<20 {
				t.Fatalf("body limits: %s with a body that doesn't end got %d, and %d KiB were read of it;\nwant 413, and not more than 1024 (Restore 4)", name, r.status, sent>>10)
			}
			if r := x.do(name, strings.Repeat("x", bodyLimit/2)); r.status/100 != 2 {
				t.Fatalf("body limits: a line of %d KiB, and %s; want it served (Restore 4)", bodyLimit/2>>10, r)
			}
			r = x.begin(name, strings.NewReader(`{"line":"Eggs"}`+strings.Repeat(" ", bodyLimit)))
			<-r.done
			if r.status != http.StatusRequestEntityTooLarge && r.status != http.StatusBadRequest {
				t.Fatalf("body limits: a body of over %d KiB, a short line and spaces after it, and %s;\nwant 413 (Restore 4)", bodyLimit>>10, r)
			}
		})
		if t.Failed() {
			return
		}
	}
}

type endless struct{ sent atomic.Int64 }

func (e *endless) Read(p []byte) (int, error) {
	p = p[:min(len(p), 4<<10)]
	for i := range p {
		p[i] = 'x'
	}
	e.sent.Add(int64(len(p)))
	return len(p), nil
}

// Restore 5: what the database says is for the log.
func TestErrorShape(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		fails := func(context.Context, string) error { return errors.New(secret + "relation notes is locked") }
		for _, request := range append(loads, struct{ name, line string }{"POST /notes", "Eggs"}) {
			x := open(t, func(x *site, _ *oncall.Config) { x.load, x.save = fails, fails })
			if r := x.do(request.name, request.line); !r.failed(http.StatusInternalServerError, "internal") {
				t.Fatalf("error shape: the database failed, and %s;\nwant 500 and {\"error\":\"internal\"}, as JSON (Restore 5)", r)
			}
		}
	})
}

// Restore 6: nobody saves what the checker has not seen.
func TestChecker(t *testing.T) {
	for name, c := range kit.Sorted(map[string]checker{
		"hung":                             says(forever, http.StatusOK, `{"blocked":false}`),
		"hung in the middle of its answer": func(r *http.Request) (*http.Response, error) { return response(r, 200, stuck{r.Context()}), nil },
		"answered 500 {\"error\":\"overloaded\"}": says(0, http.StatusInternalServerError, `{"error":"overloaded"}`),
		"answered 429 {}":                         says(0, http.StatusTooManyRequests, `{}`),
		"answered 200 with a page":                says(0, http.StatusOK, `<html>`),
		"answered 200 {}":                         says(0, http.StatusOK, `{}`),
	}) {
		kit.Clock(t, func(t *testing.T) {
			x := open(t, func(_ *site, cfg *oncall.Config) { cfg.Transport = c })
			for _, request := range []string{"POST /notes", "POST /notes/n-1/lines"} {
				r := x.do(request, "Eggs")
				x.update(func() {
					if x.saves > 0 {
						t.Fatalf("checker: it %s, and the line was saved: %s;\nwithout a verdict in a 200, nothing is saved (Restore 6)", name, r)
					}
				})
				if r.took > checkerLimit || r.status != http.StatusServiceUnavailable {
					t.Fatalf("checker: it %s, and %s;\nwant 503 within %v (Restore 6)", name, r, checkerLimit)
				}
			}
		})
		if t.Failed() {
			return
		}
	}
}

// Restore 7: lines at the same time are all there. And only writes of the same note
// wait for each other.
func TestUpdates(t *testing.T) {
	judge(t, func() string {
		x, loading, saving := open(t, nil), make(gate), make(gate)
		of := func(g gate) func(context.Context, string) error {
			return func(_ context.Context, id string) error {
				if id == "n-1" {
					<-g
				}
				return nil
			}
		}
		x.load, x.save = of(loading), of(saving)
		var same, others []*request
		add := func() {
			same = append(same, x.begin("POST /notes/n-1/lines", write(fmt.Sprintf("line %d", len(same)+1))))
			kit.Settle(t)
		}
		for range conns + 1 {
			add()
		}
		var inside int
		x.update(func() { inside = x.live })
		for name, line := range kit.Sorted(map[string]string{"GET /notes/n-2": "", "POST /notes/n-2/lines": "Heating", "POST /notes": "Call mum"}) {
			others = append(others, x.begin(name, write(line)))
		}
		kit.Settle(t)
		at := slices.IndexFunc(others, func(r *request) bool { return !r.over() })
		close(loading)
		kit.Settle(t)
		select {
		case saving <- struct{}{}: // for one of them
		default:
		}
		kit.Settle(t)
		add() // while the next one saves, if they take turns
		close(saving)
		if at >= 0 && inside < conns { // else the budget may hold it up
			return fmt.Sprintf("updates: the database was slow with n-1, to which %d lines were to be added: calls of Load for them: %d.\n"+
				"Meanwhile %s wasn't answered; only writes of the same note wait for each other (Restore 7)", conns+1, inside, others[at].name)
		}
		for _, r := range same {
			if !r.wait() || r.status != http.StatusOK {
				return fmt.Sprintf("updates: the database was slow, and then it wasn't; %s (Restore 7)", r)
			}
		}
		var lines []string
		x.update(func() { lines = x.notes["n-1"] })
		if len(lines) != 1+len(same) {
			return fmt.Sprintf("updates: %d lines were added to n-1, %d of them at the same time and one when the first was answered.\n"+
				"Each got a 200, and now the lines are %q (Restore 7)", len(same), len(same)-1, lines)
		}
		return ""
	})
	judge(t, func() string {
		const many = 100
		x, slow := open(t, func(x *site, cfg *oncall.Config) {
			cfg.Conns = many
			for i := range many {
				x.notes[fmt.Sprint("n-", i)] = nil
			}
		}), make(gate)
		x.load = slow.pass
		for i := range many {
			_ = x.begin(fmt.Sprintf("POST /notes/n-%d/lines", i), write("Eggs"))
		}
		kit.Settle(t)
		var live int
		x.update(func() { live = x.live })
		close(slow)
		if live < many {
			return fmt.Sprintf("updates: Conns is %d, the database was slow, and a line was to be added to each of %d notes.\n"+
				"Calls of Load that ran at once: %d; only writes of the same note wait for each other (Restore 7)", many, many, live)
		}
		return ""
	})
}

// Restore 8: the database has as many calls as it can take, over all requests.
func TestBudget(t *testing.T) {
	judge(t, func() string {
		x, slow := open(t, nil), make(gate)
		x.load, x.save = slow.pass, slow.pass
		batch := "GET /notes?id=n-1" + strings.Repeat("&id=n-2&id=n-1", 10)
		var all []*request
		all = append(all, x.begin(batch, nil), x.begin(batch, nil))
		kit.Settle(t) // nobody else takes what a batch may need
		all = append(all, x.begin("GET /notes/n-1", nil), x.begin("GET /notes/n-2", nil))
		for range 3 {
			all = append(all, x.begin("POST /notes", write("Eggs")))
		}
		kit.Settle(t)
		var first, peak int
		x.update(func() { first = x.live })
		close(slow)
		for _, r := range all {
			r.wait()
		}
		x.update(func() { peak = x.peak })
		const came = "budget: Conns is %d, and two batches of 21 ids and 5 other requests came:\n"
		switch at := slices.IndexFunc(all, func(r *request) bool { return !r.over() || r.status/100 != 2 }); {
		case peak > conns:
			return fmt.Sprintf(came+"%d calls of Load and Save ran at once (Restore 8)", conns, peak)
		case first < conns:
			return fmt.Sprintf(came+"only %d calls of Load and Save ran at once, and the others waited (Keep 15)", conns, first)
		case at >= 0:
			return fmt.Sprintf(came+"no call was slow any more, and %s (Restore 8)", conns, all[at])
		}
		return ""
	})
	judge(t, func() string {
		asked := make(gate)
		x := open(t, func(_ *site, cfg *oncall.Config) {
			cfg.Transport = checker(func(r *http.Request) (*http.Response, error) { <-asked; return allows(r) })
		})
		for range conns {
			_ = x.begin("POST /notes", write("Eggs"))
		}
		kit.Settle(t)
		r := x.begin("GET /notes/n-1", nil)
		kit.Settle(t)
		over := r.over()
		close(asked)
		if !over {
			return fmt.Sprintf("budget: Conns is %d, and the checker was slow with %d writes. No call of Load or Save ran,\nand meanwhile %s was not answered (Keep 15)", conns, conns, r.name)
		}
		return ""
	})
}

// Restore 9: no write waits for its audit trail, and what waits has a limit.
func TestAuditTrail(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		x, slow := open(t, nil), make(gate)
		x.record = func(ctx context.Context) error { return slow.pass(ctx, "") }
		const before, writes = 1, 40
		want := []string{"line 0"}
		_ = x.do("POST /notes", want[0])
		time.Sleep(1500 * time.Millisecond) // it may be on its way
		for i := range writes {
			want = append(want, fmt.Sprintf("line %d", i+1))
			if r := x.do("POST /notes", want[i+1]); r.status != http.StatusCreated || r.took > time.Second {
				close(slow)
				t.Fatalf("audit trail: Record hung, and %s;\nno write waits for it (Restore 9)", r)
			}
		}
		close(slow)
		time.Sleep(30 * time.Second)
		x.update(func() {
			switch n := len(x.entries); {
			case n > before+2*trail+1: // those on their way, and those that waited
				t.Fatalf("audit trail: Trail is %d, Record hung, and there were %d writes. When it went on, it got %d entries:\nthe others are dropped, or a long night fills the memory (Restore 9)", trail, writes, n)
			case n < trail:
				t.Fatalf("audit trail: Trail is %d, Record hung, and there were %d writes. When it went on, it got %d entries:\nas many as Trail may wait (Restore 9)", trail, writes, n)
			}
			var lines []string
			for _, e := range x.entries {
				lines = append(lines, e.Line)
			}
			if !slices.Equal(lines[:trail], want[:trail]) {
				t.Fatalf("audit trail: Trail is %d, Record hung, and %d lines were written, from \"line 0\" on. When it went on, it got\n%q:\n"+
					"those that wait stay, and newer ones are dropped (Restore 9)", trail, len(want), lines)
			}
		})
	})
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		x.record = func(ctx context.Context) error { return hang(ctx, "") }
		_ = x.do("POST /notes", "Eggs")
		time.Sleep(10 * time.Second)
		if !t.Failed() && !x.end() {
			t.Errorf("audit trail: Record hung when Run's context ended, and Run hasn't returned within %v (Restore 9)", shutdownLimit)
		}
	})
}

// Restore 10: who cannot serve says so.
func TestStartUp(t *testing.T) {
	for _, when := range []time.Duration{0, time.Minute} {
		kit.Clock(t, func(t *testing.T) {
			x := open(t, func(x *site, _ *oncall.Config) {
				if when == 0 {
					_ = x.network.Close()
				}
			})
			time.Sleep(when)
			_ = x.network.Close()
			switch {
			case !x.endsWithin(shutdownLimit):
				t.Fatalf("start-up: after %v the listener failed. %v later, Run hasn't returned:\nnobody hears of it (Restore 10)", when, shutdownLimit)
			case x.err == nil:
				t.Fatalf("start-up: after %v the listener failed, and Run returned no error (Restore 10)", when)
			}
			x.update(func() {
				if x.closed != 1 {
					t.Fatalf("start-up: after %v the listener failed, Run returned, and the database was closed %d times; want once (Restore 10)", when, x.closed)
				}
			})
		})
		if t.Failed() {
			return
		}
	}
}

// Restore 11: requests first, then the database, and in time.
func TestShutdown(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		x.load = take(time.Second)
		r := x.begin("GET /notes/n-1", nil)
		time.Sleep(500 * time.Millisecond)
		ended := x.end()
		<-r.done
		time.Sleep(time.Second)
		var misused string
		var closed int
		x.update(func() { misused, closed = x.misused, x.closed })
		switch {
		case misused != "":
			t.Fatalf("shutdown: a request was in flight when Run's context ended, and about the database:\n%s (Restore 11)", misused)
		case r.status != http.StatusOK:
			t.Fatalf("shutdown: Run's context ended 500ms before the end of a request, and %s;\nwant it served (Restore 11)", r)
		case !ended || closed != 1:
			t.Fatalf("shutdown: Run's context ended; Run returned within %v: %t, the database was closed %d times; want true and once (Restore 11)", shutdownLimit, ended, closed)
		case x.err != nil:
			t.Fatalf("shutdown: every request was served, and Run returned the error %v (Restore 11)", x.err)
		}
		if conn, err := x.network.Dial(t.Context()); err == nil {
			_ = conn.Close()
			t.Fatal("shutdown: Run has returned, and its listener takes another connection (Restore 11)")
		}
	})
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		conn, err := x.network.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = io.WriteString(conn, halfBody)
		synctest.Wait()
		if !x.end() {
			t.Fatalf("shutdown: a client had sent half of its request when Run's context ended. Run hasn't returned within %v (Restore 11)", shutdownLimit)
		}
	})
	kit.Clock(t, func(t *testing.T) {
		const late = 2500 * time.Millisecond
		const half = "POST /notes/n-1/lines HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 15\r\n\r\n{\"line\":"
		x := open(t, nil)
		x.load = func(ctx context.Context, id string) error {
			err := hang(ctx, id)
			for range 1000 { // to give up takes its time, too
				runtime.Gosched()
			}
			return err
		}
		conn, err := x.network.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = io.WriteString(conn, half)
		synctest.Wait()
		x.stop()
		time.Sleep(late)
		_, _ = io.WriteString(conn, `"Eggs"}`)
		ended := x.endsWithin(shutdownLimit - late)
		time.Sleep(time.Second)
		x.update(func() {
			const came = "shutdown: the database hung. A client had sent half of its line when Run's context ended, and the rest %v later.\n"
			switch {
			case x.misused != "":
				t.Fatalf(came+"About the database: %s (Restore 11)", late, x.misused)
			case !ended:
				t.Fatalf(came+"Run hasn't returned within %v (Restore 11)", late, shutdownLimit)
			}
		})
	})
}

// Restore 12: what is over leaves nothing running and nothing unwritten.
func TestNothingIsLeft(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, nil)
		x.load = func(ctx context.Context, id string) error {
			if id == "none" {
				return nil
			}
			err := take(2*time.Second)(ctx, id)
			if err != nil {
				time.Sleep(100 * time.Millisecond) // until it has given up
			}
			return err
		}
		r := x.do("GET /notes?id=n-1&id=none&id=n-2", "")
		x.update(func() {
			if x.live > 0 {
				t.Fatalf("nothing left: the second of three notes was missing, and %s.\nWhen the response came, %d of its calls of Load were at work (Restore 12)%s", r, x.live, x.hider())
			}
		})
		_ = x.do("POST /notes", "Eggs")
		x.save = take(time.Second)
		r = x.begin("POST /notes", write("Salt"))
		time.Sleep(moment)
		if !x.end() {
			t.Fatalf("nothing left: Run's context ended while a write was in flight, and Run hasn't returned within %v (Restore 12)", shutdownLimit)
		}
		var cut bool
		x.update(func() { cut = x.misused != "" })
		served := 2
		if cut { // the write in flight is for Restore 11
			served = 1
			time.Sleep(2 * time.Second)
		}
		x.update(func() {
			if len(x.entries) < served {
				t.Fatalf("nothing left: two writes, the second one in flight when Run's context ended, and Run has returned.\n"+
					"%s; the audit trail has %v (Restore 12)%s", r, x.entries, x.late)
			}
		})
	})
}
