// Package roomtest is a board for tests of those who join one: it keeps what it is sent in memory, and misbehaves on demand.
package roomtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/team/relay/direct"
	"example.com/leakproof/internal/team/relay/wire"
	"example.com/leakproof/internal/team/room"
)

// Code is the join code of a [Board].
const Code = "ABCDEFGH"

// Board is a board that takes what a real one takes. The zero value is ready.
type Board struct {
	mu       sync.Mutex
	people   map[string]room.JoinRequest // by token; who has left stays
	joins    int
	events   []room.Event
	requests []string
	fault    http.HandlerFunc
}

// Misbehave has fault answer every request from now on; nil ends that.
func (b *Board) Misbehave(fault http.HandlerFunc) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = fault
}

// Events are those that were sent, each once, in the order of their arrival.
func (b *Board) Events() []room.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.events)
}

// Lines are the lines of the log that the events stand for, in the order of their arrival.
func (b *Board) Lines() string {
	var lines []string
	for _, e := range b.Events() {
		_, line, _ := strings.Cut(e.ID, "-")
		lines = append(lines, line)
	}
	return strings.Join(lines, " ")
}

// People are those who joined.
func (b *Board) People() []room.JoinRequest {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []room.JoinRequest
	for _, p := range b.people {
		out = append(out, p)
	}
	return out
}

// Requests are the method and path of every request so far.
func (b *Board) Requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.requests)
}

// ServeHTTP implements [http.Handler].
func (b *Board) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	b.requests = append(b.requests, r.Method+" "+r.URL.Path)
	fault := b.fault
	b.mu.Unlock()
	if fault != nil {
		fault(w, r)
		return
	}
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	b.mu.Lock()
	defer b.mu.Unlock()
	switch r.Method + " " + r.URL.Path {
	case "POST /api/join":
		b.join(w, r)
		return
	case "POST /api/events", "DELETE /api/me":
	default:
		Refuse(w, http.StatusNotFound, room.NotFound, "There is nothing here.")
		return
	}
	if _, ok := b.people[token]; !ok {
		Refuse(w, http.StatusUnauthorized, room.BadToken, "The token is unknown.")
		return
	}
	if r.Method == http.MethodDelete {
		delete(b.people, token)
		b.events = nil
		w.WriteHeader(http.StatusNoContent)
		return
	}
	var sent room.Events
	r.Body = http.MaxBytesReader(w, r.Body, room.MaxBody)
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil || len(sent.Events) == 0 || len(sent.Events) > room.MaxEvents {
		Refuse(w, http.StatusBadRequest, room.BadRequest, fmt.Sprintf("%d events, %v.", len(sent.Events), err))
		return
	}
	for _, e := range sent.Events {
		var refused *room.Error
		if err := e.Check(); errors.As(err, &refused) {
			answer(w, http.StatusUnprocessableEntity, room.Problem{Error: *refused})
			return
		}
	}
	for _, e := range sent.Events {
		if !slices.ContainsFunc(b.events, func(known room.Event) bool { return known.ID == e.ID }) {
			b.events = append(b.events, e)
		}
	}
	answer(w, http.StatusOK, room.Taken{Schema: room.Schema, Taken: len(sent.Events), Last: sent.Events[len(sent.Events)-1].ID})
}

func (b *Board) join(w http.ResponseWriter, r *http.Request) {
	var request room.JoinRequest
	if err := json.NewDecoder(r.Body).Decode(&request); err != nil {
		Refuse(w, http.StatusBadRequest, room.BadRequest, err.Error())
		return
	}
	if request.Code != Code {
		Refuse(w, http.StatusForbidden, room.Forbidden, "The join code is another one.")
		return
	}
	if b.people == nil {
		b.people = map[string]room.JoinRequest{}
	}
	maps.DeleteFunc(b.people, func(_ string, known room.JoinRequest) bool {
		return known.Secret != "" && known.Secret == request.Secret // the same person, with another token
	})
	b.joins++
	token := fmt.Sprintf("token-%d", b.joins)
	b.people[token] = request
	name := request.Name
	if name == "" {
		name = "Quiet Heron"
	}
	answer(w, http.StatusCreated, room.Joined{Schema: room.Schema, Participant: "p_" + token, Token: token, Room: "The room", Name: name})
}

// Refuse answers as a board refuses.
func Refuse(w http.ResponseWriter, status int, code, message string) {
	answer(w, status, room.Problem{Error: room.Error{Code: code, Message: message}})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client may have gone
}

// Network serves a handler in memory until the test ends, so that a bubble of testing/synctest sees its connections wait. It
// returns the transport that leads there, whatever the address: the relay, but in this process, where a bubble sees it wait too.
func Network(t testing.TB, handler http.Handler) room.Transport {
	t.Helper()
	l := &listener{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	ended := make(chan error)
	go func() { ended <- srv.Serve(l) }()
	transport := direct.Transport()
	transport.Proxy, transport.DialContext = nil, l.dial
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := srv.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
		time.Sleep(time.Second) // virtual; net/http lets some connections linger
	})
	return Relay{transport}
}

// Relay is the relay without a process of its own.
type Relay struct{ HTTP *http.Transport }

// Ready implements [room.Transport].
func (Relay) Ready(context.Context, func()) error { return nil }

// Do implements [room.Transport].
func (r Relay) Do(ctx context.Context, request wire.Request) (*room.Response, error) {
	in, to := io.Pipe()
	from, out := io.Pipe()
	go func() { // ends with ctx, or when the body is closed
		failure := direct.Serve(in, out, r.HTTP)
		_ = in.Close()
		if failure != nil {
			_ = out.CloseWithError(failure)
		} else {
			_ = out.Close()
		}
	}()
	b := &body{to: to, from: from}
	b.watch = context.AfterFunc(ctx, func() { _, _ = to.Close(), from.CloseWithError(ctx.Err()) })
	answer, rest, err := wire.Ask(to, from, request)
	if err != nil {
		return nil, errors.Join(err, b.Close())
	}
	b.Reader = rest
	return &room.Response{Answer: answer, Body: b}, nil
}

type body struct {
	io.Reader
	to, from io.Closer
	watch    func() bool
}

func (b *body) Close() error {
	b.watch()
	return errors.Join(b.to.Close(), b.from.Close())
}

type listener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "pipe"} }

func (l *listener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, errors.Join(net.ErrClosed, client.Close(), server.Close())
	case <-ctx.Done():
		return nil, errors.Join(ctx.Err(), client.Close(), server.Close())
	}
}
