package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/team/room"
)

// joinAs joins with a secret.
func (b *board) joinAs(name, secret string) room.Joined {
	b.t.Helper()
	return want[room.Joined](b.t, b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Name: name, Secret: secret}), 201)
}

var (
	anasSecret = strings.Repeat("ana-", 10)
	bensSecret = strings.Repeat("ben-", 10)
)

func TestWhoJoinsAgainIsThereOnce(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		first := b.joinAs("Ana", anasSecret) // and the answer was lost
		want[room.Taken](t, b.send(first.Token, verdict(1, "01-loop", "pass"), verdict(2, "02-ticker", "fail", "a")), 200)
		again := b.joinAs("Ana", anasSecret)
		if again.Participant != first.Participant || again.Name != "Ana" || again.Token == first.Token {
			t.Errorf("%+v after %+v", again, first)
		}
		if p := b.send(first.Token, verdict(3, "02-ticker", "pass")).problem(t); p.Code != room.BadToken {
			t.Errorf("the token of before: %+v", p)
		}
		want[room.Taken](t, b.send(again.Token, verdict(4, "02-ticker", "fail", "a")), 200)
		v := b.see()
		if len(v.People) != 1 || v.People[0].Solved != 1 || len(v.Stuck) != 1 || v.Stuck[0].People != 1 {
			t.Errorf("%+v", v)
		}
		if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(again.Token)), 200); me.Total != 3 || me.ShareCode {
			t.Errorf("%+v", me)
		}

		// The name and the consent are those of now.
		b.joinAs("Ana", "")
		renamed := want[room.Joined](t, b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Name: "Lima", ShareCode: true, Secret: anasSecret}), 201)
		if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(renamed.Token)), 200); me.Person.Name != "Lima" || !me.ShareCode || me.Person.Participant != first.Participant {
			t.Errorf("%+v", me)
		}
		if free := b.joinAs("lima", bensSecret); free.Name != "lima 2" || free.Participant == first.Participant {
			t.Errorf("%+v", free)
		}

		// Who was deleted is somebody new.
		if a := b.request("DELETE", "/api/me", nil, token(renamed.Token)); a.status != 204 {
			t.Fatal(a)
		}
		if fresh := b.joinAs("Ana", anasSecret); fresh.Participant == first.Participant {
			t.Errorf("deleted, and %+v is back", fresh)
		}
		for _, bad := range []string{"short", strings.Repeat("x", 101)} {
			if p := b.request("POST", "/api/join", room.JoinRequest{Code: b.code, Secret: bad}).problem(t); p.Code != room.Refused {
				t.Errorf("%q: %+v", bad, p)
			}
		}
		if p := b.request("POST", "/api/join", room.JoinRequest{Code: "WRONG", Secret: anasSecret}).problem(t); p.Code != room.Forbidden {
			t.Errorf("a secret without the code: %+v", p)
		}
	})
}

func TestWhoJoinsAgainAtAnotherBoard(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	b := openBoard(t, database)
	other := openBoardAt(t, b.state(t), database)
	first := b.joinAs("Ana", anasSecret)
	want[room.Taken](t, b.send(first.Token, verdict(1, "01-loop", "fail", "a")), 200)
	other.waitFor("Ana", func(v room.View) bool { return len(v.Stuck) == 1 })
	other.code = b.code
	again := other.joinAs("Ana", anasSecret)
	if again.Participant != first.Participant {
		t.Errorf("%+v after %+v", again, first)
	}
	want[room.Taken](t, b.send(again.Token, verdict(2, "02-ticker", "fail", "a")), 200)
	for _, one := range []*board{b, other} {
		one.waitFor("one person", func(v room.View) bool {
			return len(v.People) == 1 && v.People[0].Name == "Ana" && v.People[0].Kata == "02-ticker"
		})
		if p := one.send(first.Token, verdict(3, "01-loop", "pass")).problem(t); p.Code != room.BadToken {
			t.Errorf("the token of before: %+v", p)
		}
	}
}

func TestWhoLeftIsNotStuck(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana, ben := b.joinAs("Ana", anasSecret), b.joinAs("Ben", bensSecret)
		for _, who := range []room.Joined{ana, ben} {
			want[room.Taken](t, b.send(who.Token, verdict(1, "01-loop", "pass"), verdict(2, "02-ticker", "fail", "a")), 200)
		}
		left := room.Event{ID: "s-left", Kind: room.Leave}
		want[room.Taken](t, b.send(ana.Token, left, left), 200)
		want[room.Taken](t, b.send(ana.Token, verdict(3, "02-ticker", "fail", "a")), 200) // was under way
		v := b.see()
		if len(v.People) != 2 || v.People[0].LeftAt.IsZero() || !v.People[1].LeftAt.IsZero() || v.Stuck[0].People != 1 || v.Katas[1].Stuck != 1 || v.Katas[1].Started != 2 {
			t.Errorf("%+v", v)
		}
		if where, state, since := v.People[0].Doing(); where != "02-ticker" || state != "left" || !since.Equal(v.People[0].LeftAt) || v.People[0].Status != "" {
			t.Errorf("%q %q %v", where, state, since)
		}
		want[room.Taken](t, b.send(ben.Token, left), 200)
		if v := b.see(); len(v.Stuck) != 0 || v.Katas[0].Solved != 2 {
			t.Errorf("%+v", v)
		}
		b.joinAs("Ana", anasSecret)
		if v := b.see(); !v.People[0].LeftAt.IsZero() || v.Stuck[0].People != 1 {
			t.Errorf("Ana is back, but not here: %+v", v)
		}
		state := b.state(t)
		b.stop()
		b = openBoardAt(t, state, database)
		if v := b.see(); !v.People[0].LeftAt.IsZero() || v.People[1].LeftAt.IsZero() || v.Stuck[0].People != 1 {
			t.Errorf("after a new start: %+v", v)
		}
	})
}

// A database of before people joined with secrets goes on.
func TestAnOlderDatabase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		s, err := openStore(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{
			`DROP INDEX leakproof_people_secret`, `ALTER TABLE leakproof_people DROP COLUMN secret`, `UPDATE leakproof_schema SET version = 1`,
		} {
			if _, err := s.write.ExecContext(t.Context(), query); err != nil {
				t.Fatal(err)
			}
		}
		i, err := s.openRoom(t.Context(), "Leakproof", hashOf(strings.Repeat("s", secretSize)), moment(1))
		if err == nil {
			err = s.change(t.Context(), func(tx *sql.Tx) error {
				for _, id := range []string{"p_1", "p_2"} {
					h := hashOf(id)
					if err := s.exec(t.Context(), tx, `INSERT INTO leakproof_people (room, id, name, token, share, joined) VALUES ($1, $2, $2, $3, $4, 1)`, i.id, id, h[:], false); err != nil {
						return err
					}
				}
				return nil
			})
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := s.close(); err != nil {
			t.Fatal(err)
		}
		state := t.TempDir()
		if err := writeSecret(filepath.Join(state, room.SecretFile), strings.Repeat("s", secretSize), false); err != nil {
			t.Fatal(err)
		}
		b := openBoardAt(t, state, database)
		want[room.Taken](t, b.send("p_2", verdict(1, "01-loop", "pass")), 200)
		b.joinAs("Ana", anasSecret)
		b.joinAs("Ana", anasSecret)
		if v := b.see(); len(v.People) != 3 {
			t.Errorf("%d people", len(v.People))
		}
	})
}
