package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

// feed serves the page for views that a test sets, without a board behind it.
type feed struct {
	*httptest.Server
	mu      sync.Mutex
	view    room.View
	changed chan struct{} // closed when view is another one
	posted  []string      // what the page asked for
	down    bool          // the board is away
	locked  bool          // the cookie does not open the page any more
}

func newFeed(t *testing.T, v room.View) *feed {
	f := &feed{view: v, changed: make(chan struct{})}
	mux := http.NewServeMux()
	mux.Handle("GET /page/", pageFiles())
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		v, _ := f.now()
		write := func() error { return writeRoom(w, v, f.URL, "the-csrf-token") }
		if f.is(&f.locked) {
			write = func() error { return writeDoor(w, http.StatusOK, v.Room, f.URL, "") }
		}
		if err := write(); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /door", func(w http.ResponseWriter, r *http.Request) {
		if err := writeDoor(w, http.StatusOK, v.Room, f.URL, r.FormValue("problem")); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /join.svg", func(w http.ResponseWriter, _ *http.Request) {
		v, _ := f.now()
		if err := writeQR(w, f.URL, v.Code.Code); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /api/stream", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			v, changed := f.now()
			if f.is(&f.down) {
				panic(http.ErrAbortHandler)
			}
			data, err := json.Marshal(v)
			if err != nil {
				t.Error(err)
			}
			fmt.Fprintf(w, "event: view\ndata: %s\n\n", data)
			w.(http.Flusher).Flush()
			select {
			case <-changed:
			case <-r.Context().Done():
				return
			}
		}
	})
	mux.HandleFunc("GET /api/view", func(w http.ResponseWriter, _ *http.Request) {
		if f.is(&f.locked) {
			w.WriteHeader(http.StatusUnauthorized)
		}
		v, _ := f.now()
		if err := json.NewEncoder(w).Encode(v); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("POST /api/{what}", func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.posted = append(f.posted, r.PathValue("what")+" "+r.Header.Get(room.CSRFHeader))
		f.mu.Unlock()
		f.set(func(v *room.View) {
			if r.PathValue("what") == "step" {
				var asked room.StepRequest
				if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
					t.Error(err)
				}
				v.At = time.Now()
				v.Agenda.Step, v.Agenda.Began = asked.Step, v.At
				return
			}
			v.Code.Code, v.At = "WXYZ2345", time.Now()
		})
		fmt.Fprint(w, "{}")
	})
	f.Server = httptest.NewServer(mux)
	t.Cleanup(func() { // a stream ends when it has something to say
		f.set(func(*room.View) { f.down = true })
		f.Close()
	})
	return f
}

func (f *feed) is(flag *bool) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return *flag
}

// asked is what the page asked for.
func (f *feed) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.posted)
}

func (f *feed) now() (room.View, <-chan struct{}) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.view, f.changed
}

// set changes the view and sends it.
func (f *feed) set(change func(*room.View)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if a := f.view.Agenda; a != nil {
		again := *a
		f.view.Agenda = &again
	}
	change(&f.view)
	close(f.changed)
	f.changed = make(chan struct{})
}

// nobodyYet is a room that has just been opened.
func nobodyYet(at time.Time) room.View {
	return room.View{
		Schema: room.Schema, Room: "Backend guild, November", At: at,
		People: []room.Person{}, Katas: []room.KataRow{}, Stuck: []room.StuckRow{},
		Code: room.JoinCode{Code: "KWMHTRPC", Expires: at.Add(12*time.Hour + 58*time.Second)},
	}
}

// busy is a room of twelve in the middle of a session.
func busy(at time.Time) room.View {
	v := nobodyYet(at)
	ago := func(minutes int) time.Time { return at.Add(-time.Duration(minutes)*time.Minute - time.Second) }
	for i, p := range []room.Person{
		{Name: "Quiet Heron", Kata: "03-map-race", Since: ago(26), Status: "fail"},
		{Name: "Amber Finch", Kata: "03-map-race", Since: ago(24), Status: "fail"},
		{Name: "Jo", Kata: "05-lost-cancel", Since: ago(4), Status: ""},
		{Name: "Slow Otter", Kata: "03-map-race", Since: ago(25), Status: "fail"},
		{Name: "مريم", Kata: "04-channel-owner", Since: ago(9), Status: "compile-error"},
		{Name: "Patient Lynx", Kata: "03-map-race", Since: ago(22), Status: "fail"},
		{Name: "Even Marten", Kata: "04-channel-owner", Since: ago(11), Status: "fail"},
		{Name: "Bright Plover", Kata: "05-lost-cancel", Since: ago(2), Status: "pass"},
		{Name: "Grey Wren", Kata: "03-map-race", Since: ago(31), Status: "timeout"},
		{Name: "Calm Badger", Lesson: "04-channels-or-mutexes"},
		{Name: "Round Stoat", Kata: "03-map-race", Since: ago(19), LeftAt: ago(6)},
		{Name: "Nora 🦦"},
	} {
		p.Participant, p.JoinedAt, p.LastAt = fmt.Sprintf("p_%d", i), ago(40-i), ago(i)
		v.People = append(v.People, p)
	}
	v.Katas = []room.KataRow{{Kata: "03-map-race", Started: 11, Solved: 4, Stuck: 6}, {Kata: "04-channel-owner", Started: 5, Solved: 2, Stuck: 2}, {Kata: "05-lost-cancel", Started: 2, Solved: 1}}
	v.Stuck = []room.StuckRow{
		{
			Belief: room.Belief{
				ID: "only-writers-need-the-lock", Says: "If all writes are locked, reads don't need a lock.",
				Truth: "A read during a write is a data race. As long as anything may write, every access takes the lock.",
				Tests: []string{"TestReadersMeetWriters", "TestEveryReadIsLocked"},
			},
			Kata: "03-map-race", People: 5, Since: ago(12),
		},
		{
			Belief: room.Belief{
				ID: "a-close-drops-values", Says: "Closing a channel throws away what hasn't been received yet.",
				Truth: "What was sent is still received. After that the range ends, and receives return the zero value.",
				Tests: []string{"TestWhatWasSentArrives"},
			},
			Kata: "04-channel-owner", People: 2, Since: ago(5),
		},
		{
			Belief: room.Belief{
				ID: "two-locks-in-any-order", Says: "Each method can take two locks in whatever order it needs.",
				Truth: "If two methods take them in different orders, each can hold the lock that the other one is waiting for. Use one order everywhere, or one lock.",
				Tests: []string{"TestNobodyWaitsForever"},
			},
			Kata: "03-map-race", People: 1, Since: ago(3),
		},
	}
	v.StillSince = ago(2)
	v.Agenda = &room.Agenda{Title: "Shared state in 90 minutes", Step: 2, Began: ago(17), Steps: []room.Step{
		{Title: "What you have read", Minutes: 10, Text: "Two sentences each: what was new?"},
		{Title: "Vote: is this a race?", Minutes: 8, Text: "Show the question, count hands, then the answer."},
		{Title: "Repair together: kata 3, A map and a race", Minutes: 25, Text: "In pairs. Start with the **first** test that fails.\n\n- `leakproof watch 3` in one window\n- the brief in the other"},
		{Title: "Two near misses", Minutes: 20},
		{Title: "What we change on Monday", Minutes: 10},
	}}
	return v
}
