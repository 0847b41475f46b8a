package main

import (
	"crypto/rand"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/team/room"
)

func TestNamesThatHurt(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		shown := map[string]string{
			`<script>alert(1)</script>`:   `<script>alert(1)</script>`, // as JSON it is text; the page escapes it
			`"><img src=x onerror=y>`:     `"><img src=x onerror=y>`,
			`{{.Code}} ${7*7} %s`:         `{{.Code}} ${7*7} %s`,
			`'; DROP TABLE x; --`:         `'; DROP TABLE x; --`,
			"\u202e\u2066evil\u2069":      "evil",
			"Zoe\u0308":                   "Zoë",
			"👩\u200d💻🎉":                   "👩💻🎉",
			"سارة":                        "سارة",
			"  spaces \u00a0 everywhere ": "spaces everywhere",
		}
		for asked, name := range shown {
			if got := b.join(asked); got.Name != name {
				t.Errorf("%q became %q, want %q", asked, got.Name, name)
			}
		}
		for asked, why := range map[string]string{
			strings.Repeat("n", 10_000):        "too_large refused", // over the bound of the body, or of the name
			strings.Repeat("n", 1_000):         "refused",
			"bell\x07":                         "refused",
			"\x1b]0;title\x07":                 "refused",
			"two\nlines":                       "refused",
			"nul\x00":                          "refused",
			"\u200b\u200b":                     "refused",
			"Z" + strings.Repeat("\u0335", 30): "refused",
		} {
			p := b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Name: asked}).problem(t)
			if !strings.Contains(why, p.Code) || p.Code == "" {
				t.Errorf("%.20q: %+v", asked, p)
			}
		}
		view := b.see()
		if len(view.People) != len(shown) {
			t.Errorf("%d people, want %d", len(view.People), len(shown))
		}
		if body := b.request("GET", "/api/view", nil, token(b.secret)).body; strings.Contains(body, "<script") {
			t.Error("the JSON holds markup that a page could run")
		}
	})
}

func TestNamesAreDistinct(t *testing.T) {
	b := boardOnSQLite(t)
	for _, want := range []string{"Ana", "ana 2", "ANA 3"} {
		asked, _, _ := strings.Cut(want, " ")
		if got := b.join(asked).Name; got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	long := strings.Repeat("x", room.MaxName)
	b.join(long)
	if got := b.join(long).Name; got != long[2:]+" 2" {
		t.Errorf("%q", got)
	}
}

func TestNamesAreDistinctAmongThoseWhoJoinAtOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() { b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Name: "Anna"}) })
		}
		all.Wait()
		names := map[string]bool{}
		for _, p := range b.see().People {
			names[p.Name] = true
		}
		if len(names) != 20 {
			t.Errorf("20 people have %d names: %v", len(names), names)
		}
	})
}

func TestManyJoinAtOnce(t *testing.T) {
	people := nightly.Times(200, 1_000)
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		b.server.joins = newLimiter[netip.Prefix](1e6, 1e6)
		var all sync.WaitGroup
		gate := make(chan struct{}, 50)
		for range people {
			all.Go(func() {
				gate <- struct{}{}
				defer func() { <-gate }()
				who := room.JoinRequest{Code: b.code, Secret: rand.Text()} // whoever asks again is the same person
				want[room.Joined](t, patiently(func() answerOf { return b.request("POST", "/api/join", who) }), 201)
			})
		}
		all.Wait()
		v := b.see()
		names := map[string]bool{}
		for _, p := range v.People {
			names[p.Name] = true
		}
		if len(v.People) != people || !slices.IsSortedFunc(v.People, func(a, b room.Person) int { return a.JoinedAt.Compare(b.JoinedAt) }) {
			t.Errorf("%d people, want %d, or not in the order of joining", len(v.People), people)
		}
		if len(names) < people*9/10 { // two who join in the same moment may share one
			t.Errorf("%d people have %d names", people, len(names))
		}
	})
}

func TestTheRoomIsFull(t *testing.T) {
	t.Parallel()
	b := boardOnSQLite(t)
	db := openSQL(t, "sqlite", "file:"+b.file()+"?_pragma=busy_timeout(5000)")
	if _, err := db.ExecContext(t.Context(), `WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n WHERE i < ?)
		INSERT INTO leakproof_people (room, id, name, token, share, joined) SELECT ?, 'p_' || i, 'x', randomblob(32), 0, 1 FROM n`, maxPeople, b.id); err != nil {
		t.Fatal(err)
	}
	if p := b.request("POST", "/api/join", room.JoinRequest{Code: b.code}).problem(t); p.Code != room.Full {
		t.Error(p)
	}
}

// file is that of a SQLite database.
func (b *board) file() string { return b.store.engine.(*sqliteEngine).file }

func TestJoinCodes(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		join := func(code string) answerOf { return b.request("POST", "/api/join", room.JoinRequest{Code: code}) }
		want[room.Joined](t, join(" "+strings.ToLower(b.code[:4])+"-"+b.code[4:]), 201)
		for _, wrong := range []string{"", b.code[:7], b.code + "A", b.secret, strings.Repeat("A", 8)} {
			if p := join(wrong).problem(t); p.Code != room.Forbidden {
				t.Errorf("%q: %+v", wrong, p)
			}
		}
		next := want[room.JoinCode](t, b.request("POST", "/api/code", room.CodeRequest{Hours: 2}, token(b.secret)), 200)
		if left := time.Until(next.Expires); next.Code == b.code || left > 2*time.Hour || left < time.Hour {
			t.Errorf("%+v after %s", next, b.code)
		}
		if p := join(b.code).problem(t); p.Code != room.Forbidden {
			t.Errorf("the old code: %+v", p)
		}
		want[room.Joined](t, join(next.Code), 201)
		for _, hours := range []int{-1, 169} {
			if p := b.request("POST", "/api/code", room.CodeRequest{Hours: hours}, token(b.secret)).problem(t); p.Code != room.Refused {
				t.Error(p)
			}
		}
		if err := b.newCode(t.Context(), -time.Second); err != nil {
			t.Fatal(err)
		}
		expired := b.joinCode().Code
		if a := join(expired); a.status != 410 || a.problem(t).Code != room.CodeExpired {
			t.Errorf("%+v", a)
		}
		// A board that starts makes a new one in its place.
		state := b.state(t)
		b.stop()
		b = openBoardAt(t, state, database)
		if b.code == expired {
			t.Error("the board began with a code that has expired")
		}
		b.join("")
		// And keeps one that holds.
		state = b.state(t)
		b.stop()
		if again := openBoardAt(t, state, database); again.code != b.code {
			t.Error("the code changed with a start of the board")
		}
	})
}

func TestCodesAreEvenlySpread(t *testing.T) {
	count := map[rune]int{}
	for range 3_000 {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt)
		code := access{"secret"}.code(salt)
		if len(code) != codeLength {
			t.Fatal(code)
		}
		for _, r := range code {
			count[r]++
		}
	}
	for _, r := range codeLetters { // 800 each; 5 standard deviations are 140
		if n := count[r]; n < 660 || n > 940 {
			t.Errorf("%c comes %d times of 24,000", r, n)
		}
	}
	if len(count) != len(codeLetters) {
		t.Errorf("%v", count)
	}
}
