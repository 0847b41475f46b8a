package cli

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

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
