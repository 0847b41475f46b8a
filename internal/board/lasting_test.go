package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/team/boardflags"
	"example.com/leakproof/internal/team/room"
)

// child is a board in a process of its own.
type child struct {
	*board
	cmd    *exec.Cmd
	said   string
	stderr *lockedBuffer
}

// startChild runs this binary as a board, and waits until it answers.
func startChild(t *testing.T, state, database string, flags ...string) *child {
	t.Helper()
	c := &child{stderr: &lockedBuffer{}}
	c.cmd = exec.CommandContext(context.Background(), os.Args[0], append([]string{"--database", database}, flags...)...)
	c.cmd.Env = append(os.Environ(), "LEAKPROOF_TEST_BOARD=1", "LEAKPROOF_STATE="+state)
	c.cmd.Stderr = c.stderr
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.end(os.Kill) }) // it reports the signal
	c.board = &board{t: t, log: c.stderr, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	t.Cleanup(c.client.CloseIdleConnections)
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C") {
		c.said += lines.Text() + "\n"
		if join, ok := strings.CutPrefix(lines.Text(), "Join:    leakproof join "); ok {
			c.url, c.code, _ = strings.Cut(join, " ")
		}
	}
	secret, err := os.ReadFile(filepath.Join(state, room.SecretFile))
	if c.url == "" || err != nil {
		t.Fatalf("the board did not start: %s%s %v", c.said, c.stderr, err)
	}
	c.secret = strings.TrimSpace(string(secret))
	return c
}

// end sends a signal, and waits until the process has ended.
func (c *child) end(s os.Signal) error {
	if err := c.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if c.cmd.ProcessState != nil {
		return nil
	}
	return c.cmd.Wait()
}

// TestKill9: what was acknowledged is there after the process was killed in
// the middle of its work, and what was sent again counts once.
func TestKill9(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		state := t.TempDir()
		c := startChild(t, state, database)
		const people = 20
		var tokens [people]string
		for i := range tokens {
			tokens[i] = c.join("").Token
		}
		var acknowledged [people]int // events, from 1
		var total atomic.Int64
		var all sync.WaitGroup
		for i := range people {
			all.Go(func() {
				for n := 1; ; n++ {
					if !c.tryToSend(tokens[i], verdict(n, fmt.Sprintf("kata-%d", n%5), "fail", "a")) {
						return
					}
					acknowledged[i] = n
					total.Add(1)
				}
			})
		}
		for total.Load() < 200 { // in the middle of the work
			time.Sleep(time.Millisecond)
		}
		_ = c.end(os.Kill) // it reports the signal
		all.Wait()

		c = startChild(t, state, database)
		for i := range people {
			me := want[room.Me](t, c.request("GET", "/api/me", nil, token(tokens[i])), 200)
			if me.Total < acknowledged[i] || me.Total > acknowledged[i]+1 || len(me.Events) != me.Total {
				t.Errorf("%d events were acknowledged, %d are kept", acknowledged[i], me.Total)
			}
			for n, e := range me.Events {
				if e.ID != room.EventID("s", n+1) {
					t.Fatalf("event %d is %s", n+1, e.ID)
				}
			}
			again := []room.Event{verdict(acknowledged[i], fmt.Sprintf("kata-%d", acknowledged[i]%5), "fail", "a"), verdict(acknowledged[i]+1, "kata-0", "pass")}
			want[room.Taken](t, c.send(tokens[i], again...), 200)
			if me := want[room.Me](t, c.request("GET", "/api/me", nil, token(tokens[i])), 200); me.Total != acknowledged[i]+1 {
				t.Errorf("sent again, %d are kept after %d", me.Total, acknowledged[i])
			}
		}
		if err := c.end(os.Interrupt); err != nil {
			t.Errorf("an interrupt ends a board well: %v %s", err, c.stderr)
		}
	})
}

// tryToSend reports whether the board acknowledged an event.
func (b *board) tryToSend(tok string, e room.Event) bool {
	body := fmt.Sprintf(`{"events":[{"id":%q,"kind":%q,"kata":%q,"status":%q,"says":[{"id":"a","says":"S.","truth":"T."}]}]}`, e.ID, e.Kind, e.Kata, e.Status)
	for {
		r, err := http.NewRequestWithContext(context.Background(), "POST", b.url+"/api/events", strings.NewReader(body))
		if err != nil {
			return false
		}
		r.Header.Set("Content-Type", "application/json")
		token(tok)(r)
		response, err := b.client.Do(r)
		if err != nil {
			return false
		}
		_, err = io.Copy(io.Discard, response.Body)
		_ = response.Body.Close()
		if response.StatusCode == http.StatusTooManyRequests {
			time.Sleep(50 * time.Millisecond)
			continue
		}
		return err == nil && response.StatusCode == 200
	}
}

// TestAStopIsTidy: requests that have begun are answered, streams end, and the
// next board finds everything.
func TestAStopIsTidy(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+"/api/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		token(b.secret)(r)
		response, err := b.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			_, err := io.Copy(io.Discard, response.Body)
			ended <- err
		}()
		want[room.Taken](t, b.send(ana.Token, verdict(1, "01-loop", "pass")), 200)
		b.stop()
		if err := <-ended; err != nil {
			t.Errorf("the stream was cut off: %v", err)
		}
		_ = response.Body.Close()
		if b.log.String() != "" {
			t.Errorf("the log says %s", b.log)
		}
	})
}

func TestTwoBoardsOnOneFile(t *testing.T) {
	t.Parallel()
	state := t.TempDir()
	file := filepath.Join(t.TempDir(), "board.db")
	c := startChild(t, state, file)
	ana := c.join("Ana")
	_, err := openStore(t.Context(), file)
	if err == nil || !strings.Contains(err.Error(), fmt.Sprintf("process id %d", c.cmd.Process.Pid)) || !strings.Contains(err.Error(), "--database") {
		t.Errorf("the second board says %v", err)
	}
	want[room.Taken](t, c.send(ana.Token, verdict(1, "01-loop", "pass")), 200)
	_ = c.end(os.Kill) // the lock ends with its process
	s, err := openStore(t.Context(), file)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.close(); err != nil {
		t.Error(err)
	}
}

// TestTwoBoardsOnOneDatabase: what one takes the other shows.
func TestTwoBoardsOnOneDatabase(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	first := openBoard(t, database)
	second := openBoardAt(t, first.state(t), database)
	if second.code != first.code || second.secret != first.secret {
		t.Fatalf("two boards have the codes %s and %s", first.code, second.code)
	}
	ana := first.join("Ana")
	want[room.Taken](t, second.send(ana.Token, verdict(1, "01-loop", "fail", "a")), 200) // whether it has heard of Ana or not
	ben := second.join("Ben")
	want[room.Taken](t, first.send(ben.Token, verdict(1, "01-loop", "fail", "a")), 200)
	both := []*board{first, second}
	for _, b := range both {
		b.waitFor("both stuck", func(v room.View) bool { return len(v.Stuck) == 1 && v.Stuck[0].People == 2 })
	}
	// One person's events through both at once: each counts once, in one order.
	var all sync.WaitGroup
	for i := range 20 {
		for _, b := range both {
			all.Go(func() {
				want[room.Taken](t, b.send(ana.Token, verdict(10+i, fmt.Sprintf("kata-%d", i), "pass")), 200)
			})
		}
	}
	all.Wait()
	var views []room.View
	for _, b := range both {
		views = append(views, b.waitFor("20 katas", func(v room.View) bool { return len(v.People) == 2 && v.People[0].Solved == 20 }))
		last := &views[len(views)-1]
		last.At, last.Address = time.Time{}, "" // each board's own
	}
	if d := cmp.Diff(views[0], views[1]); d != "" {
		t.Errorf("the boards show different rooms: %s", d)
	}
	if me := want[room.Me](t, first.request("GET", "/api/me", nil, token(ana.Token)), 200); me.Total != 21 {
		t.Errorf("%d events, want 21", me.Total)
	}
	// The code, the agenda and who has left.
	next := want[room.JoinCode](t, second.request("POST", "/api/code", room.CodeRequest{}, token(first.secret)), 200)
	first.waitFor("the new code", func(v room.View) bool { return v.Code.Code == next.Code })
	if p := first.request("POST", "/api/join", room.JoinRequest{Code: first.code}).problem(t); p.Code != room.Forbidden {
		t.Errorf("the old code at the other board: %+v", p)
	}
	second.request("POST", "/api/agenda", "<!-- leakproof.agenda/1 -->\n# Plan\n\n## 5 min: One\n", token(first.secret), header("Content-Type", "text/markdown"))
	first.waitFor("the agenda", func(v room.View) bool { return v.Agenda != nil })
	if a := first.request("DELETE", "/api/me", nil, token(ben.Token)); a.status != 204 {
		t.Fatal(a)
	}
	second.waitFor("Ben gone", func(v room.View) bool { return len(v.People) == 1 })
	if p := second.send(ben.Token, verdict(2, "01-loop", "pass")).problem(t); p.Code != room.BadToken {
		t.Error(p)
	}
}

// TestBoardsStartTogether on an empty database: one makes the tables, the room
// and its code, and the others find them.
func TestBoardsStartTogether(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	state := t.TempDir()
	var all sync.WaitGroup
	var codes [4]string
	for i := range codes {
		all.Go(func() {
			s, err := openStore(t.Context(), database)
			if err != nil {
				t.Error(err)
				return
			}
			l, _, err := openRoom(t.Context(), s, options{Options: boardflags.Options{Room: "Monday"}}, filepath.Join(state, room.SecretFile), slog.New(slog.DiscardHandler))
			if err != nil {
				t.Error(s.fault(err))
			} else {
				codes[i] = l.joinCode().Code
			}
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, code := range codes {
		if code != codes[0] || code == "" {
			t.Errorf("the codes are %q", codes)
		}
	}
}

// TestTheDatabaseComesBack: a board goes on when its connections were cut, and
// hears what it missed.
func TestTheDatabaseComesBack(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	first := openBoard(t, database)
	second := openBoardAt(t, first.state(t), database)
	ana := first.join("Ana")
	second.waitFor("Ana", func(v room.View) bool { return len(v.People) == 1 })
	db := openSQL(t, "pgx", database)
	if _, err := db.ExecContext(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
		t.Fatal(err)
	}
	for i := 0; ; i++ { // as a client does: again, until it is acknowledged
		if a := first.send(ana.Token, verdict(1, "01-loop", "pass")); a.status == 200 {
			break
		} else if a.status != 503 || a.header.Get("Retry-After") == "" || i > 50 {
			t.Fatalf("%+v", a)
		}
	}
	second.waitFor("what Ana solved", func(v room.View) bool { return len(v.People) == 1 && v.People[0].Solved == 1 })
	if said := second.log.String(); !strings.Contains(said, "does not hear of what other boards take") {
		t.Errorf("the log says %q", said)
	}
	if me := want[room.Me](t, second.request("GET", "/api/me", nil, token(ana.Token)), 200); me.Total != 1 {
		t.Error(me)
	}
}

// TestWhatIsSentAgainHidesNothing: a board that was sent known events again
// still shows what arrives at another one.
func TestWhatIsSentAgainHidesNothing(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	first := openBoard(t, database)
	second := openBoardAt(t, first.state(t), database)
	ana := first.join("Ana")
	known := []room.Event{verdict(1, "01-loop", "fail", "a"), verdict(2, "01-loop", "fail", "a")}
	for range 3 {
		want[room.Taken](t, first.send(ana.Token, known...), 200)
	}
	want[room.Taken](t, second.send(ana.Token, verdict(3, "01-loop", "pass")), 200)
	first.waitFor("what Ana solved", func(v room.View) bool { return len(v.People) == 1 && v.People[0].Solved == 1 })
}

// impatient is done once it was asked a second time: when a request has been
// submitted, and is waited for.
type impatient struct {
	context.Context
	asked bool
}

func (c *impatient) Done() <-chan struct{} {
	if !c.asked {
		c.asked = true
		return nil
	}
	done := make(chan struct{})
	close(done)
	return done
}

// TestWhatNobodyWaitsForIsShown: a request that ran out of time, and whose
// events are kept all the same.
func TestWhatNobodyWaitsForIsShown(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		p, err := b.byToken(t.Context(), ana.Token, func() error { return nil })
		if err != nil || p == nil {
			t.Fatal(p, err)
		}
		busy, err := b.store.write.BeginTx(t.Context(), nil)
		if err == nil {
			err = b.store.exec(t.Context(), busy, `UPDATE leakproof_people SET name = name WHERE number = $1`, p.number)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := b.take(&impatient{Context: t.Context()}, p, []room.Event{verdict(1, "01-loop", "pass")}); !errors.Is(err, errSlow) {
			t.Error(err)
		}
		if err := busy.Rollback(); err != nil {
			t.Fatal(err)
		}
		b.waitFor("what Ana solved", func(v room.View) bool { return len(v.People) == 1 && v.People[0].Solved == 1 })
	})
}
