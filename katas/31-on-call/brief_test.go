package oncall_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
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
		batch := "GET /notes?id=n-1" + strings.Repeat("&id=n-2", conns)
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
			switch sent := body.sent.Load(); {
			case sent > 1<<20:
				t.Fatalf("body limits: %s with a body that doesn't end got %d, and %d KiB were read of it;\nwant 413, and not more than 1024 (Restore 4)", name, r.status, sent>>10)
			case r.status != http.StatusRequestEntityTooLarge:
				t.Fatalf("body limits: %s with a body that doesn't end got %d; want 413 (Restore 4)", name, r.status)
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
