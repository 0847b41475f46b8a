package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/team/room"
)

func TestBodiesThatHurt(t *testing.T) {
	t.Parallel()
	b := boardOnSQLite(t)
	ana := b.join("Ana")
	b.server.posts = newLimiter[int64](1e6, 1e6)
	many := make([]room.Event, room.MaxEvents+1)
	for i := range many {
		many[i] = verdict(i, "01-loop", "pass")
	}
	long := verdict(1, "01-loop", "pass")
	long.ID = strings.Repeat("x", 100_000)
	for name, c := range map[string]struct {
		body any
		code string
		more func(*http.Request)
	}{
		"too large":            {strings.Repeat(" ", room.MaxBody+1), room.TooLarge, nil},
		"not JSON":             {"events=1", room.BadRequest, nil},
		"cut off":              {`{"events":[{"id":"s-1"`, room.BadRequest, nil},
		"two values":           {`{"events":[]}{"events":[]}`, room.BadRequest, nil},
		"another shape":        {`{"events":"none"}`, room.BadRequest, nil},
		"a number too far":     {`{"events":[{"id":"s-1","tier":1e99}]}`, room.BadRequest, nil},
		"a year too far":       {`{"events":[{"id":"s-1","at":"99999-01-01T00:00:00Z"}]}`, room.BadRequest, nil},
		"deep":                 {strings.Repeat(`{"events":[`, 20_000), room.BadRequest, nil},
		"null":                 {"null", room.Refused, nil},
		"no events":            {room.Events{}, room.Refused, nil},
		"101 events":           {room.Events{Events: many}, room.Refused, nil},
		"a long ID":            {room.Events{Events: []room.Event{long}}, room.Refused, nil},
		"an unknown kind":      {`{"events":[{"id":"s-1","kind":"keystrokes","kata":"k"}]}`, room.Refused, nil},
		"another content type": {"x=1", room.WrongType, header("Content-Type", "text/plain")},
		"no content type":      {"x=1", room.WrongType, header("Content-Type", "")},
		"a form's JSON":        {`{"events":[]}`, room.WrongType, header("Content-Type", "application/x-www-form-urlencoded")},
		"compressed":           {"\x1f\x8b\x08\x00", room.BadRequest, header("Content-Encoding", "gzip")},
	} {
		changes := []func(*http.Request){token(ana.Token)}
		if c.more != nil {
			changes = append(changes, c.more)
		}
		a := b.request("POST", "/api/events", c.body, changes...)
		if p := a.problem(t); p.Code != c.code || len(a.body) > 1_000 {
			t.Errorf("%s: %d %+v, want %s", name, a.status, p, c.code)
		}
	}
	// A refused event takes the others of its request with it, and is named.
	bad := verdict(2, "01-loop", "unavailable")
	if p := b.send(ana.Token, verdict(1, "01-loop", "pass"), bad).problem(t); p.Event != "s-2" || p.Code != room.Refused {
		t.Errorf("%+v", p)
	}
	if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(ana.Token)), 200); me.Total != 0 || len(me.Events) != 0 {
		t.Errorf("%+v", me)
	}
	// Who has shown nothing yet is read less of.
	for path, kind := range map[string]string{"/api/join": "application/json", "/login": "application/x-www-form-urlencoded"} {
		if a := b.request("POST", path, strings.Repeat("x", maxSmall+1), header("Content-Type", kind)); a.status != 413 {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := b.request("POST", "/api/events", strings.Repeat("x", 1<<20)); a.status != 401 {
		t.Errorf("without a token: %d", a.status)
	}
	if a := b.request("GET", "/api/view", nil, header("X-Long", strings.Repeat("x", 64<<10))); a.status != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("long headers: %d", a.status)
	}
	if a := b.request("PUT", "/api/events", nil); a.status != 404 && a.status != 405 {
		t.Errorf("another method: %d", a.status)
	}
	for _, path := range []string{"/../../etc/passwd", "/api/../../x", "/%2e%2e/board.db", "/board-secret", "//evil.example/x"} {
		if a := b.request("GET", path, nil); a.status != 404 && a.status != 307 && a.status != 301 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}

func TestAShareOfTheBoard(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		var events []room.Event
		for i := range maxKatas {
			events = append(events, verdict(i, fmt.Sprintf("kata-%d", i), "pass"))
		}
		want[room.Taken](t, b.send(ana.Token, events...), 200)
		if p := b.send(ana.Token, verdict(99, "one-more", "pass")).problem(t); p.Code != room.Full {
			t.Error(p)
		}
		want[room.Taken](t, b.send(ana.Token, verdict(100, "kata-1", "fail")), 200)
		b.send(ana.Token, verdict(101, "one-more", "pass"), verdict(102, "kata-1", "pass"))
		if v := b.see(); len(v.Katas) != maxKatas || v.People[0].Status != "fail" {
			t.Errorf("%d katas, status %s", len(v.Katas), v.People[0].Status)
		}
	})
}

// TestAShareIsUsedUp by events or by bytes.
func TestAShareIsUsedUp(t *testing.T) {
	for name, s := range map[string]standing{
		"events": {tally: tally{Total: maxTotal}},
		"bytes":  {tally: tally{Bytes: maxBytes - 10}},
	} {
		if _, err := s.rows(&post{events: []room.Event{verdict(1, "01-loop", "pass")}}); !errors.Is(err, errLots) {
			t.Errorf("%s: %v", name, err)
		}
	}
	s := standing{tally: tally{Total: maxTotal - 1, Bytes: maxBytes - 1_000, Next: 7}}
	if rows, err := s.rows(&post{events: []room.Event{verdict(1, "01-loop", "pass")}}); err != nil || len(rows) != 1 || rows[0].n != 7 || s.Next != 8 {
		t.Errorf("%+v %v", rows, err)
	}
}

func TestEveryResponseIsGuarded(t *testing.T) {
	b := boardOnSQLite(t)
	for _, a := range []answerOf{b.request("GET", "/", nil), b.request("GET", "/api/view", nil), b.request("GET", "/healthz", nil), b.request("POST", "/login", nil), b.request("GET", "/export.csv", nil, token(b.secret))} {
		for name, part := range map[string]string{"Content-Security-Policy": "frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if !strings.Contains(a.header.Get(name), part) {
				t.Errorf("%s is %q", name, a.header.Get(name))
			}
		}
		if strings.Contains(a.header.Get("Content-Security-Policy"), "unsafe") || a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v", a.header)
		}
	}
}

func TestAPanicIsAnswered(t *testing.T) {
	b := boardOnSQLite(t)
	h := b.server.answer(func(http.ResponseWriter, *http.Request) error { panic("at the disco") })
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	b.url = "http://" + listener.Addr().String()
	if a := b.request("GET", "/", nil); a.status < 500 || strings.Contains(a.body, "disco") || !strings.Contains(b.log.String(), "disco") {
		t.Errorf("%+v", a)
	}
	b.client.CloseIdleConnections()
	_ = server.Close()
	<-done
}

// TestSinceWhen: who holds a belief has held it since the first of the verdicts
// in a row that name it, and who was rid of it begins anew.
func TestSinceWhen(t *testing.T) {
	s := standing{katas: map[string]*kata{}}
	at := func(minute int) time.Time { return time.Unix(0, 0).Add(time.Duration(minute) * time.Minute) }
	for minute, beliefs := range [][]string{0: {"a"}, 1: {"b", "a", "a"}, 2: {"b"}, 3: {"a", "b"}} {
		s.take(verdict(minute, "01-loop", "fail", beliefs...), 1, at(minute))
	}
	says := s.katas["01-loop"].Says
	if len(says) != 2 || !says[0].Since.Equal(at(3)) || !says[1].Since.Equal(at(1)) {
		t.Errorf("%+v", says)
	}
	s.take(verdict(4, "01-loop", "pass"), 1, at(4))
	s.take(verdict(5, "01-loop", "fail", "b"), 1, at(5))
	k := s.katas["01-loop"]
	if !k.Says[0].Since.Equal(at(5)) || !k.Passed.Equal(at(4)) || !k.Solved.Equal(at(4)) || !s.stuck(k) || k.Verdicts != 6 {
		t.Errorf("%+v", k)
	}
}

// TestWhatIsShownStays: a view may be computed from a standing while the next
// event is added to what comes after it. One that is not the newest any more is
// not built on.
func TestWhatIsShownStays(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		want[room.Taken](t, b.send(ana.Token, verdict(1, "01-loop", "fail", "a")), 200)
		p, err := b.byToken(t.Context(), ana.Token, nil)
		if err != nil {
			t.Fatal(err)
		}
		shown := *p.katas["01-loop"]
		want[room.Taken](t, b.send(ana.Token, verdict(2, "01-loop", "pass"), verdict(3, "02-ticker", "fail")), 200)
		if d := cmp.Diff(shown, *p.katas["01-loop"]); d != "" || len(p.katas) != 1 {
			t.Errorf("what was shown is another now: %s", d)
		}
		if err := b.take(t.Context(), p, []room.Event{verdict(4, "03-map", "pass")}); err != nil {
			t.Fatal(err)
		}
		if v := b.see(); v.People[0].Solved != 2 || len(v.Katas) != 3 {
			t.Errorf("built on an old standing: %+v", v)
		}
	})
}

// TestMemoryStaysFlat: what a board holds goes with people and katas.
func TestMemoryStaysFlat(t *testing.T) {
	b := boardOnSQLite(t)
	ana := b.join("Ana")
	b.server.posts = newLimiter[int64](1e6, 1e6)
	sent := 0
	send := func(requests int) {
		for range requests {
			events := make([]room.Event, 40)
			for i := range events {
				sent++
				events[i] = verdict(sent, fmt.Sprintf("kata-%d", sent%20), "fail", "a", "b")
				for j := range events[i].Says {
					events[i].Says[j].Says = strings.Repeat(fmt.Sprint(sent), 50)
					events[i].Says[j].Tests = append(events[i].Says[j].Tests, strings.Repeat(fmt.Sprint(j, sent), 20))
				}
			}
			if a := patiently(func() answerOf { return b.send(ana.Token, events...) }); a.status != 200 {
				t.Fatalf("%+v", a)
			}
		}
	}
	held := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	send(10)
	before := held()
	send(nightly.Times(50, 100))
	if after := held(); after > before+1<<20 { // the events are 2 MB, 4 at night
		t.Errorf("the heap grew from %d to %d KiB", before>>10, after>>10)
	}
	me := want[room.Me](t, patiently(func() answerOf { return b.request("GET", "/api/me", nil, token(ana.Token)) }), 200)
	if me.Total != sent || len(me.Events) != keptShown {
		t.Errorf("%d events, %d shown", me.Total, len(me.Events))
	}
}

func TestLimiter(t *testing.T) {
	now := time.Unix(1_000_000, 0)
	l := newLimiter[int](1, 3)
	for range 3 {
		if l.wait(1, now) != 0 || l.blocked(2, now) != 0 {
			t.Fatal("refused too early")
		}
	}
	if w := l.wait(1, now); w != time.Second {
		t.Errorf("wait %v", w)
	}
	if l.blocked(1, now) == 0 || l.wait(2, now) != 0 {
		t.Error("one key's limit is not its own")
	}
	if l.wait(1, now.Add(time.Second)) != 0 {
		t.Error("a second later it may go ahead")
	}
	for i := range 10 * sweepAt {
		l.wait(i, now.Add(time.Duration(i)*time.Millisecond))
	}
	if n := len(l.keys); n > 4*sweepAt {
		t.Errorf("%d keys are remembered", n)
	}
}
