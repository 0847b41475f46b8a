package oncall_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	oncall "example.com/leakproof/katas/31-on-call"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 7: lines at the same time are all there. And only writes of the same note
// wait for each other.
func TestUpdates(t *testing.T) {
	judge(t, func() string {
		x, loading, saving := open(t, nil), make(gate), make(gate)
		of := func(g gate) func(context.Context, string) error {
			return func(_ context.Context, id string) error {
				if id == "n-1" {
					<-g
				}
				return nil
			}
		}
		x.load, x.save = of(loading), of(saving)
		var same, others []*request
		add := func() {
			same = append(same, x.begin("POST /notes/n-1/lines", write(fmt.Sprintf("line %d", len(same)+1))))
			kit.Settle(t)
		}
		for range conns + 1 {
			add()
		}
		var inside int
		x.update(func() { inside = x.live })
		for name, line := range kit.Sorted(map[string]string{"GET /notes/n-2": "", "POST /notes/n-2/lines": "Heating", "POST /notes": "Call mum"}) {
			others = append(others, x.begin(name, write(line)))
		}
		kit.Settle(t)
		at := slices.IndexFunc(others, func(r *request) bool { return !r.over() })
		close(loading)
		kit.Settle(t)
		select {
		case saving <- struct{}{}: // for one of them
		default:
		}
		kit.Settle(t)
		add() // while the next one saves, if they take turns
		close(saving)
		if at >= 0 && inside < conns { // else the budget may hold it up
			return fmt.Sprintf("updates: the database was slow with n-1, to which %d lines were to be added: calls of Load for them: %d.\n"+
				"Meanwhile %s wasn't answered; only writes of the same note wait for each other (Restore 7)", conns+1, inside, others[at].name)
		}
		for _, r := range same {
			if !r.wait() || r.status != http.StatusOK {
				return fmt.Sprintf("updates: the database was slow, and then it wasn't; %s (Restore 7)", r)
			}
		}
		var lines []string
		x.update(func() { lines = x.notes["n-1"] })
		if len(lines) != 1+len(same) {
			return fmt.Sprintf("updates: %d lines were added to n-1, %d of them at the same time and one when the first was answered.\n"+
				"Each got a 200, and now the lines are %q (Restore 7)", len(same), len(same)-1, lines)
		}
		return ""
	})
	judge(t, func() string {
		const many = 100
		x, slow := open(t, func(x *site, cfg *oncall.Config) {
			cfg.Conns = many
			for i := range many {
				x.notes[fmt.Sprint("n-", i)] = nil
			}
		}), make(gate)
		x.load = slow.pass
		for i := range many {
			_ = x.begin(fmt.Sprintf("POST /notes/n-%d/lines", i), write("Eggs"))
		}
		kit.Settle(t)
		var live int
		x.update(func() { live = x.live })
		close(slow)
		if live < many {
			return fmt.Sprintf("updates: Conns is %d, the database was slow, and a line was to be added to each of %d notes.\n"+
				"Calls of Load that ran at once: %d; only writes of the same note wait for each other (Restore 7)", many, many, live)
		}
		return ""
	})
}

// Restore 8: the database has as many calls as it can take, over all requests.
func TestBudget(t *testing.T) {
	judge(t, func() string {
		x, slow := open(t, nil), make(gate)
		x.load, x.save = slow.pass, slow.pass
		batch := "GET /notes?id=n-1" + strings.Repeat("&id=n-2&id=n-1", 10)
		var all []*request
		all = append(all, x.begin(batch, nil), x.begin(batch, nil))
		kit.Settle(t) // nobody else takes what a batch may need
		all = append(all, x.begin("GET /notes/n-1", nil), x.begin("GET /notes/n-2", nil))
		for range 3 {
			all = append(all, x.begin("POST /notes", write("Eggs")))
		}
		kit.Settle(t)
		var first, peak int
		x.update(func() { first = x.live })
		close(slow)
		for _, r := range all {
			r.wait()
		}
		x.update(func() { peak = x.peak })
		const came = "budget: Conns is %d, and two batches of 21 ids and 5 other requests came:\n"
		switch at := slices.IndexFunc(all, func(r *request) bool { return !r.over() || r.status/100 != 2 }); {
		case peak > conns:
			return fmt.Sprintf(came+"%d calls of Load and Save ran at once (Restore 8)", conns, peak)
		case first < conns:
			return fmt.Sprintf(came+"only %d calls of Load and Save ran at once, and the others waited (Keep 15)", conns, first)
		case at >= 0:
			return fmt.Sprintf(came+"no call was slow any more, and %s (Restore 8)", conns, all[at])
		}
		return ""
	})
	judge(t, func() string {
		asked := make(gate)
		x := open(t, func(_ *site, cfg *oncall.Config) {
			cfg.Transport = checker(func(r *http.Request) (*http.Response, error) { <-asked; return allows(r) })
		})
		for range conns {
			_ = x.begin("POST /notes", write("Eggs"))
		}
		kit.Settle(t)
		r := x.begin("GET /notes/n-1", nil)
		kit.Settle(t)
		over := r.over()
		close(asked)
		if !over {
			return fmt.Sprintf("budget: Conns is %d, and the checker was slow with %d writes. No call of Load or Save ran,\nand meanwhile %s was not answered (Keep 15)", conns, conns, r.name)
		}
		return ""
	})
}

// Restore 9: no write waits for its audit trail, and what waits has a limit.
func TestAuditTrail(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		x, slow := open(t, nil), make(gate)
		x.record = func(ctx context.Context) error { return slow.pass(ctx, "") }
		const before, writes = 1, 40
		want := []string{"line 0"}
		_ = x.do("POST /notes", want[0])
		time.Sleep(1500 * time.Millisecond) // it may be on its way
		for i := range writes {
			want = append(want, fmt.Sprintf("line %d", i+1))
			if r := x.do("POST /notes", want[i+1]); r.status != http.StatusCreated || r.took > time.Second {
				close(slow)
				t.Fatalf("audit trail: Record hung, and %s;\nno write waits for it (Restore 9)", r)
			}
		}
		close(slow)
		time.Sleep(30 * time.Second)
		x.update(func() {
			switch n := len(x.entries); {
			case n > before+2*trail+1: // those on their way, and those that waited
				t.Fatalf("audit trail: Trail is %d, Record hung, and there were %d writes. When it went on, it got %d entries:\nthe others are dropped, or a long night fills the memory (Restore 9)", trail, writes, n)
			case n < trail:
				t.Fatalf("audit trail: Trail is %d, Record hung, and there were %d writes. When it went on, it got %d entries:\nas many as Trail may wait (Restore 9)", trail, writes, n)
			}
			var lines []string
			for _, e := range x.entries {
				lines = append(lines, e.Line)
			}
			if !slices.Equal(lines[:trail], want[:trail]) {
				t.Fatalf("audit trail: Trail is %d, Record hung, and %d lines were written, from \"line 0\" on. When it went on, it got\n%q:\n"+
					"those that wait stay, and newer ones are dropped (Restore 9)", trail, len(want), lines)
			}
		})
	})
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		x.record = func(ctx context.Context) error { return hang(ctx, "") }
		_ = x.do("POST /notes", "Eggs")
		time.Sleep(10 * time.Second)
		if !t.Failed() && !x.end() {
			t.Errorf("audit trail: Record hung when Run's context ended, and Run hasn't returned within %v (Restore 9)", shutdownLimit)
		}
	})
}

// Restore 10: who cannot serve says so.
func TestStartUp(t *testing.T) {
	for _, when := range []time.Duration{0, time.Minute} {
		kit.Clock(t, func(t *testing.T) {
			x := open(t, func(x *site, _ *oncall.Config) {
				if when == 0 {
					_ = x.network.Close()
				}
			})
			time.Sleep(when)
			_ = x.network.Close()
			switch {
			case !x.endsWithin(shutdownLimit):
				t.Fatalf("start-up: after %v the listener failed. %v later, Run hasn't returned:\nnobody hears of it (Restore 10)", when, shutdownLimit)
			case x.err == nil:
				t.Fatalf("start-up: after %v the listener failed, and Run returned no error (Restore 10)", when)
			}
			x.update(func() {
				if x.closed != 1 {
					t.Fatalf("start-up: after %v the listener failed, Run returned, and the database was closed %d times; want once (Restore 10)", when, x.closed)
				}
			})
		})
		if t.Failed() {
			return
		}
	}
}

// Restore 11: requests first, then the database, and in time.
func TestShutdown(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		x.load = take(time.Second)
		r := x.begin("GET /notes/n-1", nil)
		time.Sleep(500 * time.Millisecond)
		ended := x.end()
		<-r.done
		time.Sleep(time.Second)
		var misused string
		var closed int
		x.update(func() { misused, closed = x.misused, x.closed })
		switch {
		case misused != "":
			t.Fatalf("shutdown: a request was in flight when Run's context ended, and about the database:\n%s (Restore 11)", misused)
		case r.status != http.StatusOK:
			t.Fatalf("shutdown: Run's context ended 500ms before the end of a request, and %s;\nwant it served (Restore 11)", r)
		case !ended || closed != 1:
			t.Fatalf("shutdown: Run's context ended; Run returned within %v: %t, the database was closed %d times; want true and once (Restore 11)", shutdownLimit, ended, closed)
		case x.err != nil:
			t.Fatalf("shutdown: every request was served, and Run returned the error %v (Restore 11)", x.err)
		}
		if conn, err := x.network.Dial(t.Context()); err == nil {
			_ = conn.Close()
			t.Fatal("shutdown: Run has returned, and its listener takes another connection (Restore 11)")
		}
	})
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		conn, err := x.network.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = io.WriteString(conn, halfBody)
		synctest.Wait()
		if !x.end() {
			t.Fatalf("shutdown: a client had sent half of its request when Run's context ended. Run hasn't returned within %v (Restore 11)", shutdownLimit)
		}
	})
	kit.Clock(t, func(t *testing.T) {
		const late = 2500 * time.Millisecond
		const half = "POST /notes/n-1/lines HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 15\r\n\r\n{\"line\":"
		x := open(t, nil)
		x.load = func(ctx context.Context, id string) error {
			err := hang(ctx, id)
			for range 1000 { // to give up takes its time, too
				runtime.Gosched()
			}
			return err
		}
		conn, err := x.network.Dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		_, _ = io.WriteString(conn, half)
		synctest.Wait()
		x.stop()
		time.Sleep(late)
		_, _ = io.WriteString(conn, `"Eggs"}`)
		ended := x.endsWithin(shutdownLimit - late)
		time.Sleep(time.Second)
		x.update(func() {
			const came = "shutdown: the database hung. A client had sent half of its line when Run's context ended, and the rest %v later.\n"
			switch {
			case x.misused != "":
				t.Fatalf(came+"About the database: %s (Restore 11)", late, x.misused)
			case !ended:
				t.Fatalf(came+"Run hasn't returned within %v (Restore 11)", late, shutdownLimit)
			}
		})
	})
}

// Restore 12: what is over leaves nothing running and nothing unwritten.
func TestNothingIsLeft(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, nil)
		x.load = func(ctx context.Context, id string) error {
			if id == "none" {
				return nil
			}
			err := take(2*time.Second)(ctx, id)
			if err != nil {
				time.Sleep(100 * time.Millisecond) // until it has given up
			}
			return err
		}
		x.record = func(ctx context.Context) error { return take(300*time.Millisecond)(ctx, "") }
		r := x.do("GET /notes?id=n-1&id=none&id=n-2", "")
		x.update(func() {
			if x.live > 0 {
				t.Fatalf("nothing left: the second of three notes was missing, and %s.\nWhen the response came, %d of its calls of Load were at work (Restore 12)%s", r, x.live, x.hider())
			}
		})
		_ = x.do("POST /notes", "Eggs")
		x.save = take(time.Second)
		r = x.begin("POST /notes", write("Salt"))
		time.Sleep(moment)
		if !x.end() {
			t.Fatalf("nothing left: Run's context ended while a write was in flight, and Run hasn't returned within %v (Restore 12)", shutdownLimit)
		}
		var cut bool
		x.update(func() { cut = x.misused != "" })
		served := 2
		if cut { // the write in flight is for Restore 11
			served = 1
			time.Sleep(2 * time.Second)
		}
		x.update(func() {
			if len(x.entries) < served {
				t.Fatalf("nothing left: two writes, the second one in flight when Run's context ended, and Run has returned.\n"+
					"%s; the audit trail has %v (Restore 12)%s", r, x.entries, x.late)
			}
		})
	})
}
