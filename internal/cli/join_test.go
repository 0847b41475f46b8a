package cli

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

// serveBoard gives a script a board, at $BOARD.
func serveBoard(env *testscript.Env) {
	b := &roomtest.Board{}
	srv := httptest.NewServer(b)
	env.Defer(srv.Close)
	env.Setenv("BOARD", srv.URL)
	env.Values["board"] = b
}

// faults are the ways in which a script can have its board misbehave.
var faults = map[string]http.HandlerFunc{
	"none": nil,
	"500":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
	"full": func(w http.ResponseWriter, _ *http.Request) {
		roomtest.Refuse(w, 403, room.Full, "\x1b[2JThe room is full.")
	},
	"moved": func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
	},
}

// board fault NAME has the board misbehave; board has KIND... waits until it has events of these kinds, and no others; board names
// NAME... wants these people.
func board(ts *testscript.TestScript, neg bool, args []string) {
	b := ts.Value("board").(*roomtest.Board)
	if neg || len(args) == 0 {
		ts.Fatalf("usage: board fault NAME, board has KIND..., board names NAME...")
	}
	switch want := strings.Join(args[1:], " "); args[0] {
	case "fault":
		fault, ok := faults[want]
		if !ok {
			ts.Fatalf("no fault %s", want)
		}
		b.Misbehave(fault)
	case "has":
		got := ""
		for range 1000 { // what sends it is another process
			var kinds []string
			for _, e := range b.Events() {
				kinds = append(kinds, strings.TrimSuffix(e.Kind+":"+e.Status, ":"))
			}
			if got = strings.Join(kinds, " "); got == want {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		ts.Fatalf("the board has %q, want %q", got, want)
	case "names":
		var names []string
		for _, p := range b.People() {
			names = append(names, p.Name)
		}
		if got := strings.Join(names, " "); got != want {
			ts.Fatalf("the board has the people %q, want %q", got, want)
		}
	default:
		ts.Fatalf("no board %s", args[0])
	}
}

// A command starts what sends, says so if that fails, and asks no board itself.
func TestACommandLeavesTheSendingToAnother(t *testing.T) {
	b := &roomtest.Board{}
	srv := httptest.NewServer(b)
	defer srv.Close()
	c := newConsole(t, strings.NewReader(""))
	var started []string
	c.Detach = func(args ...string) error {
		started = append(started, strings.Join(args, " "))
		return errors.New("no processes left")
	}
	run := func(code int, args ...string) {
		t.Helper()
		if got := Run(t.Context(), c.Parts, args); got != code {
			t.Errorf("%q: exit code %d, want %d: %s", args, got, code, c.err.String())
		}
	}
	run(exitOK, "hint", "1")
	run(exitOK, "join", srv.URL, roomtest.Code, "--yes")
	for _, args := range [][]string{{"hint", "1", "--tier", "1"}, {"list"}, {"join"}, {"diff", "1", "--yes"}} {
		run(exitOK, args...)
	}
	if len(started) > 0 {
		t.Errorf("nothing waits, and it started %q", started)
	}
	run(exitOK, "hint", "1", "--tier", "2")
	run(exitUnsolved, "check", "1")
	run(exitOK, "list") // records nothing
	run(exitOK, "join") // looks
	want := "join --flush --state " + c.Getenv("LEAKPROOF_STATE")
	if strings.Join(started, "; ") != want+"; "+want+"; "+want {
		t.Errorf("started %q", started)
	}
	if n := strings.Count(c.err.String(), "the room was not told of this yet (no processes left): `leakproof join` says what waits"); n != 3 {
		t.Errorf("told %d times: %s", n, c.err.String())
	}
	if got := strings.Join(b.Requests(), ", "); got != "POST /api/join" {
		t.Errorf("requests: %s", got)
	}
}

func TestWhyEventsWait(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	m := member.Membership{Room: "Monday", Board: "http://board.test", Name: "Ana", JoinedAt: at, Sent: 3}
	last := func(waiting int) string {
		lines := strings.Split(strings.TrimSpace(standing(m, waiting, at.Add(time.Hour))), "\n")
		return lines[len(lines)-1]
	}
	if got := last(0); got != "Waiting: 0 events" {
		t.Errorf("nothing waits: %q", got)
	}
	if got := last(1); got != "Waiting: 1 event, because no command waits for the board: sending goes on now, in the background, and `leakproof join` shows when it is done." {
		t.Errorf("it was not tried yet: %q", got)
	}
	m.Trouble, m.TroubleSince = "board.test does not answer in time", at
	if got := last(2); got != "Waiting: 2 events, because board.test does not answer in time (since 4 May, 10:00): sending is tried again now, in the background, and with each check." {
		t.Errorf("it was tried: %q", got)
	}
}

// unbuilt is a relay that is still to be built.
type unbuilt struct {
	room.Transport
	fails error
	calls int
	bound bool // whether there was no time for the first of them
}

func (u *unbuilt) Ready(ctx context.Context, building func()) error {
	if u.calls++; u.calls == 1 {
		_, u.bound = ctx.Deadline()
	}
	if building != nil {
		building()
	}
	return u.fails
}

func TestWhoJoinsIsToldOfABuild(t *testing.T) {
	b := &roomtest.Board{}
	srv := httptest.NewServer(b)
	defer srv.Close()
	c := newConsole(t, strings.NewReader(""))
	built := c.Relay
	const told = "Building what talks to the board: some ten seconds, once.\n"
	run := func(code int, err string, args ...string) {
		t.Helper()
		c.err.Reset()
		if got := Run(t.Context(), c.Parts, args); got != code || !strings.HasPrefix(c.err.String(), err) || err == "" && c.err.Len() > 0 {
			t.Errorf("%q: exit code %d, want %d: %s", args, got, code, c.err.String())
		}
	}

	// Without a relay nobody joins, and nothing has changed.
	c.Relay = &unbuilt{Transport: built, fails: errors.New("what talks to the board cannot be built: install Go")}
	run(exitUsage, "leakproof: nothing was sent, because nobody answered", "join", srv.URL, roomtest.Code)
	run(exitUnfit, told+"leakproof: you are in no room, and nothing was sent: what talks to the board cannot be built: install Go", "join", srv.URL, roomtest.Code, "--yes")
	if _, err := os.Stat(filepath.Join(c.Getenv("LEAKPROOF_STATE"), "join.json")); !errors.Is(err, fs.ErrNotExist) || len(b.Requests()) > 0 {
		t.Errorf("%v, requests %q", err, b.Requests())
	}

	c.Relay = &unbuilt{Transport: built}
	run(exitOK, told, "join", srv.URL, roomtest.Code, "--yes")
	c.Relay = built
	run(exitOK, "", "hint", "1")

	// In the background nobody is told, and there is time for it.
	background := &unbuilt{Transport: built}
	c.Relay = background
	run(exitOK, "", "join", "--flush")
	if got := b.Lines(); got != "1" || background.bound {
		t.Errorf("the board has the lines %q, bound: %t", got, background.bound)
	}
	background.fails = errors.New("what talks to the board cannot be built: install Go")
	run(exitOK, told, "leave")
	if !strings.Contains(c.out.String(), "It could not be told that you left, so it shows you as before. What talks to the board cannot be built: install Go.") {
		t.Error(c.out.String())
	}
}
