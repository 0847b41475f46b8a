package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"example.com/leakproof/internal/team/room"
)

// The limits of the server.
const (
	requestTime = 5 * time.Second // the budget of a request; a stream has none
	maxSmall    = 4 << 10         // bytes of a body before anybody has shown a token
	maxStreams  = 200
	heartbeat   = 15 * time.Second
	writeTime   = 10 * time.Second // for one view to one page
	exportTime  = time.Minute
)

// server answers for one room.
type server struct {
	live    *live
	log     *slog.Logger
	address string // where people reach the board; "https://..." makes the cookie secure
	proxies proxies

	streams  atomic.Int32
	faults   rate.Sometimes // how often the log names one: all have one cause, and a line each would not help
	draining chan struct{}  // closed when the server begins to stop

	posts *limiter[int64]        // of a participant
	joins *limiter[netip.Prefix] // of an address
	wrong *limiter[netip.Prefix] // secrets, codes and tokens of an address that were wrong
	codes *limiter[struct{}]     // codes of all addresses that were wrong
}

func newServer(l *live, address string, trusted proxies, log *slog.Logger) *server {
	l.address = address
	return &server{live: l, log: log, address: address, proxies: trusted,
		draining: make(chan struct{}),
		faults:   rate.Sometimes{First: 10, Interval: time.Second},
		posts:    newLimiter[int64](5, 60),
		joins:    newLimiter[netip.Prefix](100, 1_000),
		wrong:    newLimiter[netip.Prefix](1, 30), // a class behind one address mistypes now and then
		// Of 30^8 codes, 200 guesses a second find one of 12 hours with a chance
		// of 1 in 75,000.
		codes: newLimiter[struct{}](200, 2_000),
	}
}

// A handler answers, or returns the error to answer with: a [room.Error] as it
// is, anything else as a failure of the board.
type handler func(http.ResponseWriter, *http.Request) error

func (s *server) routes() http.Handler {
	mux := http.NewServeMux()
	handle := func(pattern string, h handler) { mux.Handle(pattern, s.answer(budget(requestTime, h))) }
	handle("POST /api/join", s.join)
	handle("POST /api/events", s.participant(s.events))
	handle("GET /api/me", s.participant(s.me))
	handle("DELETE /api/me", s.participant(s.deleteMe))
	handle("GET /api/view", s.facilitator(s.view))
	handle("POST /api/step", s.facilitator(s.step))
	handle("POST /api/agenda", s.facilitator(s.agenda))
	handle("POST /api/code", s.facilitator(s.code))
	handle("GET /{$}", s.home)
	handle("POST /login", s.enter)
	handle("GET /join.svg", s.facilitator(s.joinPicture))
	mux.Handle("GET /page/", pageFiles())
	handle("GET /healthz", s.health)
	mux.Handle("GET /api/stream", s.answer(s.facilitator(s.stream)))
	mux.Handle("GET /export.json", s.answer(budget(exportTime, s.facilitator(s.exportJSON))))
	mux.Handle("GET /export.csv", s.answer(budget(exportTime, s.facilitator(s.exportCSV))))
	handle("/", func(_ http.ResponseWriter, r *http.Request) error {
		return problem(404, room.NotFound, "There is nothing at this address: `leakproof join` takes the board's address without a path.")
	})

	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(s.answer(func(http.ResponseWriter, *http.Request) error {
		return problem(403, room.Forbidden, "This request comes from another site's page: use the board's own.")
	}))
	return s.headers(origin.Handler(mux))
}

// headers are those of every response.
func (s *server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, room.MaxBody)
		next.ServeHTTP(w, r)
	})
}

// budget gives a request its time.
func budget(whole time.Duration, next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := context.WithTimeout(r.Context(), whole)
		defer cancel()
		return next(w, r.WithContext(ctx))
	}
}

// answer turns a handler's error or panic into a response.
func (s *server) answer(next handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tracked := &tracker{ResponseWriter: w}
		defer func() {
			v := recover()
			if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(v)
			}
			if v != nil {
				s.log.Error("a handler panicked", "panic", v, "stack", string(debug.Stack()))
				s.fail(tracked, r, errors.New("panic"))
			}
		}()
		if err := next(tracked, r); err != nil {
			s.fail(tracked, r, err)
		}
	})
}

// tracker knows whether a response has begun.
type tracker struct {
	http.ResponseWriter
	began bool
}

func (t *tracker) WriteHeader(status int) {
	t.began = true
	t.ResponseWriter.WriteHeader(status)
}

func (t *tracker) Write(b []byte) (int, error) {
	t.began = true
	return t.ResponseWriter.Write(b)
}

func (t *tracker) Unwrap() http.ResponseWriter { return t.ResponseWriter }

func problem(status int, code, message string) error {
	return &room.Error{Status: status, Code: code, Message: message}
}

// slowDown refuses until wait is over.
type slowDown struct{ wait time.Duration }

func (slowDown) Error() string { return "too many requests" }

// problemOf decides what a client learns of an error, and how long it waits
// before it asks again.
func problemOf(err error) (p room.Error, wait time.Duration) {
	if own, ok := errors.AsType[*room.Error](err); ok {
		return *own, 0
	}
	if slow, ok := errors.AsType[slowDown](err); ok {
		return room.Error{Status: 429, Code: room.SlowDown, Message: "Too many requests: wait, then ask again."}, slow.wait
	}
	switch {
	case errors.Is(err, errGone):
		return room.Error{Status: 401, Code: room.BadToken, Message: "The board does not know this token, or no longer: join again."}, 0
	case errors.Is(err, errCrowded):
		return room.Error{Status: 403, Code: room.Full, Message: "The room is full: ask for another one."}, 0
	case errors.Is(err, errLots):
		return room.Error{Status: 403, Code: room.Full, Message: "The board keeps no more of this participant's events: leave, and join again."}, 0
	}
	return room.Error{Status: 503, Code: room.Busy, Message: "The board cannot do this at the moment: ask again."}, 2 * time.Second
}

// fail answers with an error. The client gets a code, a sentence and an id to
// quote; the log gets the cause, for what is the board's own fault.
func (s *server) fail(w *tracker, r *http.Request, err error) {
	p, wait := problemOf(err)
	id := rand.Text()
	gone := r.Context().Err() != nil && !errors.Is(r.Context().Err(), context.DeadlineExceeded)
	if p.Status >= 500 && !gone {
		s.faults.Do(func() {
			s.log.Error("a request failed", "request", id, "pattern", r.Pattern, "code", p.Code, "error", s.live.store.fault(err))
		})
	}
	if w.began { // what was sent cannot be taken back, but it must not pass for whole
		panic(http.ErrAbortHandler)
	}
	if wait > 0 {
		w.Header().Set("Retry-After", retryAfter(wait))
	}
	if p.Status == 401 {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	_ = respond(w, p.Status, room.Problem{Error: p, RequestID: id}) // strings: it can be encoded
}

// respond answers with v. On an error nothing was sent.
func respond(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // on an error, the client has gone
	return nil
}

func (s *server) health(w http.ResponseWriter, r *http.Request) error {
	select {
	case <-s.draining:
		return problem(503, room.Busy, "The board is stopping.")
	default:
	}
	if err := s.live.store.ping(r.Context()); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok\n"))
	return nil
}
