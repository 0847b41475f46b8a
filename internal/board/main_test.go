package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/internal/team/room"
)

// TestMain is the board itself where a test starts this binary as one.
func TestMain(m *testing.M) {
	if os.Getenv("LEAKPROOF_TEST_BOARD") != "" {
		main()
	}
	goleak.VerifyTestMain(m)
}

// eachDatabase runs a test on SQLite, and on PostgreSQL where there is one,
// beside other tests.
func eachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "board.db"))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, postgres(t))
	})
}

// postgres makes an empty database, and returns its address.
func postgres(t testing.TB) string {
	t.Helper()
	server := os.Getenv("LEAKPROOF_POSTGRES")
	if server == "" {
		t.Skip("not run: PostgreSQL: set LEAKPROOF_POSTGRES to the address of a server where databases may be made, as postgres://USER@HOST:PORT/postgres")
	}
	admin := openSQL(t, "pgx", server)
	name := "leakproof_test_" + strings.ToLower(rand.Text()[:12])
	if _, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatalf("a database for the test: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

func openSQL(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// board is one that runs in this process.
type board struct {
	t      *testing.T
	*live  // nil for one of another process
	server *server
	url    string
	code   string
	secret string
	log    *lockedBuffer
	client *http.Client
	stop   func() // ends it as a signal does
}

// openBoard starts a board as the command does.
func openBoard(t *testing.T, database string, flags ...string) *board {
	t.Helper()
	return openBoardAt(t, t.TempDir(), database, flags...)
}

func boardOnSQLite(t *testing.T, flags ...string) *board {
	t.Helper()
	return openBoard(t, filepath.Join(t.TempDir(), "board.db"), flags...)
}

func openBoardAt(t *testing.T, state, database string, flags ...string) *board {
	t.Helper()
	o, err := parse(append([]string{"--database", database}, flags...), func(string) string { return state }, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	b := &board{t: t, log: &lockedBuffer{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	log := slog.New(slog.NewTextHandler(b.log, nil))
	s, err := openStore(t.Context(), o.Database)
	if err != nil {
		t.Fatal(err)
	}
	b.live, _, err = openRoom(t.Context(), s, o, filepath.Join(state, room.SecretFile), log)
	if err != nil {
		t.Fatal(s.fault(err))
	}
	b.secret, b.code = b.access.secret, b.joinCode().Code
	listener, err := net.Listen("tcp", o.Listen)
	if err != nil {
		t.Fatal(err)
	}
	b.url = "http://" + listener.Addr().String()
	b.server = newServer(b.live, b.url, o.proxies, log)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- serveRoom(ctx, b.live, b.server, listener) }()
	b.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		b.client.CloseIdleConnections()
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(b.stop)
	return b
}

// lockedBuffer is a log.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// answerOf is a response that has been read.
type answerOf struct {
	status int
	header http.Header
	body   string
}

func (a answerOf) problem(t *testing.T) room.Error {
	t.Helper()
	var p room.Problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || p.RequestID == "" || p.Error.Message == "" {
		t.Fatalf("%d %q is no problem: %v", a.status, a.body, err)
	}
	return p.Error
}

// request asks with a JSON body, unless that is nil; change sets headers.
func (b *board) request(method, path string, body any, change ...func(*http.Request)) answerOf {
	b.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			b.t.Fatal(err)
		}
		reader = bytes.NewReader(text)
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, reader)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return answerOf{response.StatusCode, response.Header, string(text)}
}

// patiently asks again while the board is busy, as a client does: on a busy
// machine it may be.
func patiently(ask func() answerOf) answerOf {
	for {
		if a := ask(); a.status != http.StatusServiceUnavailable {
			return a
		}
	}
}

func token(t string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+t) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// want reads the body of a response of that status.
func want[T any](t *testing.T, a answerOf, status int) T {
	t.Helper()
	var v T
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%q: %v", a.body, err)
	}
	return v
}

func (b *board) join(name string) room.Joined {
	b.t.Helper()
	return want[room.Joined](b.t, b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Name: name}), 201)
}

func (b *board) send(tok string, events ...room.Event) answerOf {
	b.t.Helper()
	return b.request("POST", "/api/events", room.Events{Events: events}, token(tok))
}

func (b *board) see() room.View {
	b.t.Helper()
	return want[room.View](b.t, b.request("GET", "/api/view", nil, token(b.secret)), 200)
}

// waitFor looks at the stream until a view is as wanted.
func (b *board) waitFor(what string, ok func(room.View) bool) room.View {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", b.url+"/api/stream", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	token(b.secret)(r)
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != 200 || response.Header.Get("Content-Type") != "text/event-stream" {
		b.t.Fatalf("%d %v", response.StatusCode, response.Header)
	}
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 8<<20)
	last := ""
	for lines.Scan() {
		data, isData := strings.CutPrefix(lines.Text(), "data: ")
		if !isData {
			continue
		}
		var v room.View
		if err := json.Unmarshal([]byte(data), &v); err != nil {
			b.t.Fatal(err)
		}
		if ok(v) {
			return v
		}
		last = data
	}
	b.t.Fatalf("the stream ended without %s: %v; the last view is %.2000s", what, lines.Err(), last)
	return room.View{}
}

// verdict is an event.
func verdict(id int, kata, status string, beliefs ...string) room.Event {
	e := room.Event{ID: room.EventID("s", id), At: time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), Kind: room.Verdict, Kata: kata, Status: status}
	for _, b := range beliefs {
		e.Says = append(e.Says, room.Belief{ID: b, Says: "People say " + b + ".", Truth: "It is not.", Tests: []string{"Test_" + b}})
	}
	return e
}

// state is a folder with this board's secret.
func (b *board) state(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := writeSecret(filepath.Join(dir, room.SecretFile), b.secret, false); err != nil {
		t.Fatal(err)
	}
	return dir
}
