//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"example.com/leakproof/internal/team/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// TestARun is the whole program, small: ten people, two pages, and a board that
// is killed in the middle.
func TestARun(t *testing.T) {
	o, err := parse([]string{"-people", "10", "-pages", "2", "-every", "250ms", "-for", "2s", "-kill", "board"}, os.Getenv, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	o.bareRows = 20
	var out, said bytes.Buffer
	violations, err := run(t.Context(), o, &out, &said)
	if err != nil {
		t.Fatalf("%v\n%s", err, &said)
	}
	for _, v := range violations {
		t.Error(v)
	}
	for _, want := range []string{
		"| events in the store | 80 |", "| lost, doubled, never sent, out of order, miscounted | 0, 0, 0, 0, 0 |", "| not acknowledged, not shown | 0, 0 |",
		"| event due to acknowledged | 80 |", "| event due to shown by a page | 16 |", "| killed | board for ",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not hold %q:\n%s", want, &out)
		}
	}
}

// TestAudit: an export with one mistake of each kind.
func TestAudit(t *testing.T) {
	claims := map[string]claim{"p_a": {acked: 4, sent: 6}, "p_b": {acked: 1, sent: 1}, "p_c": {}}
	rows := func(all ...string) string {
		var b strings.Builder
		for i, one := range all {
			who, line, _ := strings.Cut(one, " ")
			if i > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, `{"participant":%q,"event":{"id":"roomload-%s","kind":"verdict","kata":"k"}}`, who, line)
		}
		return `{"view":{},"events":[` + b.String() + `]}`
	}
	for name, tt := range map[string]struct {
		export string
		want   audit
	}{
		"right":                     {rows("p_a 1", "p_a 2", "p_a 3", "p_a 4", "p_b 1"), audit{events: 5}},
		"sent and not acknowledged": {rows("p_a 1", "p_a 2", "p_a 3", "p_a 4", "p_a 5", "p_b 1"), audit{events: 6}},
		"lost":                      {rows("p_a 1", "p_a 2", "p_a 4"), audit{events: 3, lost: 2}},
		"doubled":                   {rows("p_a 1", "p_a 2", "p_a 2", "p_a 3", "p_a 4", "p_b 1"), audit{events: 6, doubled: 1}},
		"never sent":                {rows("p_a 1", "p_a 2", "p_a 3", "p_a 4", "p_a 7", "p_b 1", "p_x 1"), audit{events: 7, unknown: 2}},
		"out of order":              {rows("p_a 1", "p_a 3", "p_a 2", "p_a 4", "p_b 1"), audit{events: 5, disordered: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			var got audit
			verdicts, err := got.readEvents(strings.NewReader(tt.export), claims)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got, cmp.AllowUnexported(audit{})); d != "" {
				t.Error(d)
			}
			if n := verdicts[counted{"p_a", "k"}]; n != strings.Count(tt.export, "p_a") {
				t.Errorf("%d verdicts of p_a", n)
			}
		})
	}
	var got audit
	if _, err := got.readEvents(strings.NewReader(rows("p_a 1")[:60]), claims); err == nil {
		t.Error("an export that is cut off is taken for whole")
	}
}

func TestCounts(t *testing.T) {
	shown, err := readCounts(strings.NewReader("participant,name,kata,verdicts\np_a,\"An, a\",k,2\np_a,\"An, a\",l,0\np_b,Ben,,\n"))
	if err != nil {
		t.Fatal(err)
	}
	a, b := counted{"p_a", "k"}, counted{"p_b", "k"}
	for _, tt := range []struct {
		events map[counted]int
		want   int
	}{
		{map[counted]int{a: 2}, 0},
		{map[counted]int{a: 1}, 1},
		{map[counted]int{}, 1},
		{map[counted]int{a: 2, b: 1}, 1},
	} {
		if got := differences(tt.events, shown); got != tt.want {
			t.Errorf("%v against %v: %d differences, want %d", tt.events, shown, got, tt.want)
		}
	}
	if _, err := readCounts(strings.NewReader("participant,kata\n")); err == nil {
		t.Error("a table without verdicts is taken")
	}
}

// transport stands for a board.
type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func answer(r *http.Request, status int, v any) *http.Response {
	body, _ := json.Marshal(v)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body)), Request: r}
}

// TestALatePostCountsFromWhenItWasDue: the first answer takes 12 s, so that two
// more events come together, each late by what it waited.
func TestALatePostCountsFromWhenItWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var posts [][]string
		slow := transport(func(r *http.Request) (*http.Response, error) {
			var sent room.Events
			if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
				return nil, err
			}
			var ids []string
			for _, e := range sent.Events {
				if err := e.Check(); err != nil {
					t.Error(err)
				}
				ids = append(ids, e.ID)
			}
			if posts = append(posts, ids); len(posts) == 1 {
				time.Sleep(12 * time.Second)
			}
			return answer(r, 200, room.Taken{Taken: len(ids)}), nil
		})
		w := &watch{}
		p := &person{boards: []*board{{url: "http://board"}}, client: &http.Client{Transport: slow}, callers: &counts{errors: map[string]int{}},
			schedule: schedule{every: 5 * time.Second, offset: time.Second, compress: 2}, total: 8, watches: []*watch{w}}
		begin := time.Now()
		p.run(t.Context(), begin)
		if d := cmp.Diff([][]string{
			{"roomload-1", "roomload-2"}, {"roomload-3", "roomload-4", "roomload-5", "roomload-6"}, {"roomload-7", "roomload-8"},
		}, posts); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff([]time.Duration{12 * time.Second, 7 * time.Second, 2 * time.Second, 0}, p.callers.took); d != "" {
			t.Error(d)
		}
		// The page sees them later still. The second post was sent at 13 s.
		w.shown(begin.Add(12*time.Second), begin.Add(20*time.Second))
		w.shown(begin.Add(13*time.Second), begin.Add(21*time.Second))
		if d := cmp.Diff([]time.Duration{19 * time.Second, 15 * time.Second, 10 * time.Second}, w.took); d != "" || !w.waits() {
			t.Error(d)
		}
	})
}

// TestWithoutAnAnswerTheSameIDsGoToTheOtherBoard, until one acknowledges them.
func TestWithoutAnAnswerTheSameIDsGoToTheOtherBoard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var seen []string
		failing := transport(func(r *http.Request) (*http.Response, error) {
			var sent room.Events
			if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
				return nil, err
			}
			seen = append(seen, r.URL.Host+" "+sent.Events[0].ID)
			switch len(seen) {
			case 1:
				return nil, io.EOF
			case 2:
				a := answer(r, 503, room.Problem{Error: room.Error{Code: room.Busy}})
				a.Header.Set("Retry-After", "9")
				return a, nil
			}
			return answer(r, 200, room.Taken{}), nil
		})
		p := &person{boards: []*board{{url: "http://one"}, {url: "http://two"}}, client: &http.Client{Transport: failing},
			callers: &counts{errors: map[string]int{}}, schedule: schedule{every: time.Hour, compress: 1}, total: 1}
		begin := time.Now()
		p.run(t.Context(), begin)
		if d := cmp.Diff([]string{"one roomload-1", "two roomload-1", "one roomload-1"}, seen); d != "" {
			t.Error(d)
		}
		if d := cmp.Diff(map[string]int{"connection closed": 1, "503 busy": 1}, p.callers.errors); d != "" {
			t.Error(d)
		}
		if took := p.callers.took; len(took) != 1 || took[0] < 9*time.Second {
			t.Errorf("acknowledged after %v, and the board asked for 9 s", took)
		}

		// A board that is gone for good: the end comes all the same.
		p.client.Transport = transport(func(*http.Request) (*http.Response, error) { return nil, io.EOF })
		p.total = 2
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		if p.run(ctx, begin); p.acked != 1 || p.sent != 2 {
			t.Errorf("%d acknowledged, %d sent", p.acked, p.sent)
		}
	})
}

func TestEventsAreTaken(t *testing.T) {
	for line := range 200 {
		e := event(line + 1)
		if err := e.Check(); err != nil {
			t.Errorf("line %d: %v", line+1, err)
		}
	}
}

func TestAViewIsLookedThrough(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	view, err := json.Marshal(room.View{Schema: room.Schema, People: []room.Person{{Participant: "p_other"}, {Participant: "p_a", LastAt: at}}})
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := lastAtOf(view, "p_a"); !ok || !got.Equal(at) {
		t.Errorf("%v %v", got, ok)
	}
	if _, ok := lastAtOf(view, "p_"); ok {
		t.Error("somebody is found who is not there")
	}
}

func TestViolations(t *testing.T) {
	const mib = 1 << 20
	quick := options{every: time.Second}
	t.Run("none", func(t *testing.T) {
		flat := &table{options: quick, measured: measured{callers: &counts{}, memory: [][]int64{{100 * mib, 150 * mib, 140 * mib, 157 * mib}}}, audit: audit{events: 3, rows: 3}}
		if v := flat.violations(); len(v) > 0 {
			t.Error(v)
		}
	})
	t.Run("each", func(t *testing.T) {
		bad := &table{options: quick, measured: measured{callers: &counts{}, memory: [][]int64{{100 * mib, 110 * mib, 140 * mib, 158 * mib}}, unseen: 1, unacked: 2},
			audit: audit{events: 3, rows: 4, lost: 5, doubled: 6, unknown: 7, disordered: 8, miscounted: 9}}
		if v := bad.violations(); len(v) != 9 {
			t.Errorf("%q", v)
		}
		bad.kill = []string{killBoard}
		if v := bad.violations(); len(v) != 8 {
			t.Errorf("a board that was started again is compared with itself before: %q", v)
		}
		bad.kill, bad.callers.took = nil, []time.Duration{2 * time.Second}
		if v := bad.violations(); len(v) != 8 {
			t.Errorf("what waits is taken for a leak: %q", v)
		}
	})
}

func TestQuantile(t *testing.T) {
	var all []time.Duration
	for i := range 200 {
		all = append(all, time.Duration(200-i))
	}
	for share, want := range map[float64]time.Duration{0: 1, 0.5: 100, 0.99: 198, 1: 200} {
		if got := quantile(all, share); got != want {
			t.Errorf("quantile %v is %d, want %d", share, got, want)
		}
	}
	if quantile(nil, 0.5) != 0 {
		t.Error("none has one")
	}
}

func TestCommandLine(t *testing.T) {
	for args, want := range map[string]string{
		"-database oracle":               "sqlite or postgres",
		"-database postgres":             "LEAKPROOF_POSTGRES",
		"-kill page":                     `not "page"`,
		"-kill board,database":           "needs -database postgres",
		"-compress 101":                  "1 to 100",
		"-people 0":                      "at least one person",
		"-for 1s":                        "no shorter than -every",
		"now":                            `not "now"`,
		"-kill board -compress 100":      "",
		"-people 5000 -pages 0 -for 10s": "",
	} {
		_, err := parse(strings.Fields(args), func(string) string { return "" }, io.Discard)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", args, err, want)
		}
	}
}
