package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/team/room"
)

func TestARoom(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database, "--room", "Monday")
		ana, ben, cho := b.join("Ana"), b.join(" Ben "), b.join("")
		if ana.Room != "Monday" || ana.Schema != room.Schema || ben.Name != "Ben" || cho.Name == "" {
			t.Fatalf("%+v %+v %+v", ana, ben, cho)
		}
		began := time.Now()
		taken := want[room.Taken](t, b.send(ana.Token, verdict(1, "02-ticker", "fail", "a", "b"), verdict(2, "01-loop", "pass"), verdict(3, "02-ticker", "fail", "a")), 200)
		if taken != (room.Taken{Schema: room.Schema, Taken: 3, Last: "s-3"}) {
			t.Errorf("%+v", taken)
		}
		want[room.Taken](t, b.send(ben.Token, verdict(1, "02-ticker", "timeout", "a"), room.Event{ID: "s-2", Kind: room.Hint, Kata: "03-map", Tier: 2}), 200)
		want[room.Taken](t, b.send(cho.Token, room.Event{ID: "s-1", Kind: room.Read, Lesson: "01-four-habits"}, verdict(2, "02-ticker", "pass"), verdict(3, "02-ticker", "fail", "b")), 200)

		v := b.waitFor("three people", func(v room.View) bool { return len(v.People) == 3 && v.People[2].Kata != "" })
		if d := cmp.Diff(v.Katas, []room.KataRow{{Kata: "01-loop", Started: 1, Solved: 1}, {Kata: "02-ticker", Started: 3, Solved: 1, Stuck: 3}, {Kata: "03-map", Started: 1}}); d != "" {
			t.Error(d)
		}
		for i, p := range []room.Person{
			{Participant: ana.Participant, Name: "Ana", Kata: "02-ticker", Status: "fail", Solved: 1},
			{Participant: ben.Participant, Name: "Ben", Kata: "03-map"},
			{Participant: cho.Participant, Name: cho.Name, Kata: "02-ticker", Status: "fail", Lesson: "01-four-habits", Solved: 1},
		} {
			got := v.People[i]
			for _, at := range []time.Time{got.JoinedAt, got.LastAt, got.Since} {
				if at.Before(began.Add(-time.Minute)) || at.After(time.Now()) {
					t.Errorf("%s has a time of another clock: %v", p.Name, at)
				}
			}
			got.JoinedAt, got.LastAt, got.Since = time.Time{}, time.Time{}, time.Time{}
			if got != p {
				t.Errorf("%+v, want %+v", got, p)
			}
		}
		if len(v.Stuck) != 2 || v.Stuck[0].ID != "a" || v.Stuck[0].People != 2 || v.Stuck[1].ID != "b" || v.Stuck[1].People != 1 || v.Stuck[0].Truth != "It is not." || v.StillSince.Before(began.Add(-time.Second)) {
			t.Errorf("%+v", v)
		}
		if b.see().Code.Code != b.code {
			t.Error("the view shows another code")
		}

		me := want[room.Me](t, b.request("GET", "/api/me", nil, token(ben.Token)), 200)
		if me.Total != 2 || len(me.Events) != 2 || me.Events[1].Tier != 2 || me.Person.Name != "Ben" || me.ShareCode {
			t.Errorf("%+v", me)
		}
		if a := b.request("DELETE", "/api/me", nil, token(ben.Token)); a.status != 204 {
			t.Fatal(a)
		}
		if p := b.send(ben.Token, verdict(9, "02-ticker", "fail")).problem(t); p.Code != room.BadToken {
			t.Error(p)
		}
		v = b.see()
		if len(v.People) != 2 || v.Stuck[0].People != 1 || len(v.Katas) != 2 {
			t.Errorf("Ben is still there: %+v", v)
		}

		// Another board of the same database goes on where this one stops.
		state := b.state(t)
		b.stop()
		b = openBoardAt(t, state, database, "--room", "Monday")
		again := b.see()
		if again.Address != b.url {
			t.Errorf("a view says that people reach the board at %q, not %q", again.Address, b.url)
		}
		again.At, again.Address = v.At, v.Address
		if d := cmp.Diff(v, again); d != "" {
			t.Error(d)
		}
		want[room.Taken](t, b.send(ana.Token, verdict(4, "02-ticker", "pass")), 200)
	})
}

func TestRoomsAreApart(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database, "--room", "Monday")
		ana := b.join("Ana")
		state := b.state(t)
		b.stop()
		other := openBoardAt(t, state, database, "--room", "Tuesday")
		if other.code == b.code || len(other.see().People) != 0 {
			t.Error("a room shows another one")
		}
		if p := other.send(ana.Token, verdict(1, "01-loop", "pass")).problem(t); p.Code != room.BadToken {
			t.Error(p)
		}
	})
}

func TestSentTwiceCountsOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana, ben := b.join("Ana"), b.join("Ben")
		var all sync.WaitGroup
		for range 8 {
			for _, who := range []room.Joined{ana, ben} {
				all.Go(func() {
					want[room.Taken](t, b.send(who.Token, verdict(1, "01-loop", "fail"), verdict(2, "01-loop", "pass"), verdict(2, "01-loop", "pass")), 200)
				})
			}
		}
		all.Wait()
		for _, who := range []room.Joined{ana, ben} { // an id is unique for one participant only
			me := want[room.Me](t, b.request("GET", "/api/me", nil, token(who.Token)), 200)
			if me.Total != 2 || len(me.Events) != 2 || me.Events[0].ID != "s-1" {
				t.Errorf("%+v", me)
			}
		}
		if n := len(b.exported().Events); n != 4 {
			t.Errorf("%d events are kept, want 4", n)
		}
	})
}

type exported struct {
	Schema string
	View   room.View
	Events []kept
}

func (b *board) exported() exported {
	b.t.Helper()
	return want[exported](b.t, b.request("GET", "/export.json", nil, token(b.secret)), 200)
}

func TestExports(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana, evil := b.join("Ana"), b.join(`=HYPERLINK("http://x","y"),Z`)
		want[room.Taken](t, b.send(ana.Token, verdict(1, "01-loop", "fail", "a", "b"), verdict(2, "02-ticker", "pass")), 200)
		want[room.Taken](t, b.send(evil.Token, verdict(1, "+1-loop", "pass")), 200)
		rows, err := csv.NewReader(strings.NewReader(b.request("GET", "/export.csv", nil, token(b.secret)).body)).ReadAll()
		if err != nil || len(rows) != 4 {
			t.Fatalf("%v %v", rows, err)
		}
		if rows[1][3] != "01-loop" || rows[1][6] != "fail" || rows[1][11] != "a b" || rows[2][7] == "" {
			t.Errorf("%v", rows)
		}
		if rows[3][1] != `'=HYPERLINK("http://x","y"),Z` || rows[3][3] != "'+1-loop" {
			t.Errorf("a spreadsheet would run %v", rows[3])
		}
		out := b.exported()
		if out.Schema != room.Schema || len(out.View.People) != 2 || len(out.Events) != 3 || out.Events[0].Participant != ana.Participant {
			t.Errorf("%+v", out)
		}
		var e room.Event
		if err := json.Unmarshal(out.Events[1].Event, &e); err != nil || e.ID != "s-2" {
			t.Errorf("%+v %v", e, err)
		}
	})
}

func TestTheAgenda(t *testing.T) {
	const plan = "<!-- leakproof.agenda/1 -->\n# Ninety minutes\n\n## 10 min: Vote\n> A note for the lead.\n\nWhat ends?\n\n## 20 min: Repair\n"
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		step := func(n int) answerOf {
			return b.request("POST", "/api/step", room.StepRequest{Step: n}, token(b.secret))
		}
		if p := step(0).problem(t); p.Code != room.Conflict {
			t.Error(p)
		}
		v := want[room.View](t, b.request("POST", "/api/agenda", plan, token(b.secret), header("Content-Type", "text/markdown")), 200)
		if v.Agenda == nil || len(v.Agenda.Steps) != 2 || v.Agenda.Steps[0].Title != "Vote" || v.Agenda.Steps[0].Minutes != 10 || strings.Contains(v.Agenda.Steps[0].Text, "note") || !v.Agenda.Began.IsZero() {
			t.Fatalf("%+v", v.Agenda)
		}
		v = want[room.View](t, step(1), 200)
		if v.Agenda.Step != 1 || time.Since(v.Agenda.Began) > time.Minute {
			t.Errorf("%+v", v.Agenda)
		}
		for _, n := range []int{-1, 2} {
			if p := step(n).problem(t); p.Code != room.Conflict {
				t.Error(n, p)
			}
		}
		if p := b.request("POST", "/api/agenda", "no plan", token(b.secret), header("Content-Type", "text/markdown")).problem(t); p.Status != 0 || p.Code != room.Refused {
			t.Error(p)
		}
	})
}

// whileLoading is a database where something happens while somebody is loaded.
type whileLoading struct {
	engine
	happens func()
}

func (e *whileLoading) dialect(query string) string {
	if happens := e.happens; happens != nil && strings.Contains(query, "FROM leakproof_standings") {
		e.happens = nil
		happens()
	}
	return e.engine.dialect(query)
}

func TestWhoLeavesWhileTheyAreLoadedIsGone(t *testing.T) {
	s, err := openStore(t.Context(), filepath.Join(t.TempDir(), "board.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	i, err := s.openRoom(t.Context(), "room", hashOf("secret"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLive(t.Context(), s, access{"secret"}, i, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	p := &person{id: newID(), name: "Ana", token: hashOf("token")} // who joined at another board
	if err := s.keep(t.Context(), i.id, []*request{{join: p, kept: func() {}, done: make(chan error, 1)}}); err != nil {
		t.Fatal(err)
	}
	left := make(chan error, 1)
	s.engine = &whileLoading{s.engine, func() {
		leave := func() { left <- l.leave(context.Background(), p) }
		if !l.refreshing.TryLock() {
			go leave() // as soon as the loading is done
			return
		}
		l.refreshing.Unlock()
		leave()
	}}
	if _, err := l.byToken(t.Context(), "token", func() error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := <-left; err != nil {
		t.Fatal(err)
	}
	if v := l.view(); len(v.People) != 0 {
		t.Errorf("%s is still there", v.People[0].Name)
	}
}
