package oncall_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	oncall "example.com/leakproof/katas/31-on-call"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 13: what the service answers.
func TestResponses(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		for _, tt := range []struct {
			name, body string
			status     int
			want       string // "" for a note that has a new id
		}{
			{"GET /notes/n-1", "", 200, `{"id":"n-1","lines":["Milk"]}`},
			{"GET /notes?id=n-2&id=n-1&id=n-2", "", 200, `[{"id":"n-2","lines":["Rent"]},{"id":"n-1","lines":["Milk"]},{"id":"n-2","lines":["Rent"]}]`},
			{"POST /notes/n-1/lines", `{"line":"Eggs"}`, 200, `{"id":"n-1","lines":["Milk","Eggs"]}`},
			{"POST /notes", `{"line":"Call mum"}`, 201, ""},
			{"GET /notes/none", "", 404, `{"error":"not_found"}`},
			{"GET /notes?id=n-1&id=none", "", 404, `{"error":"not_found"}`},
			{"POST /notes/none/lines", `{"line":"Eggs"}`, 404, `{"error":"not_found"}`},
			{"GET /notes?id=n-1" + strings.Repeat("&id=n-1", 100), "", 400, `{"error":"invalid"}`},
			{"POST /notes", `{"line":""}`, 400, `{"error":"invalid"}`},
			{"POST /notes/n-1/lines", `{"line":`, 400, `{"error":"invalid"}`},
		} {
			x := open(t, nil)
			r := x.begin(tt.name, strings.NewReader(tt.body))
			<-r.done
			if tt.want == "" {
				x.update(func() {
					for id := range x.notes {
						if id != "n-1" && id != "n-2" {
							tt.want = fmt.Sprintf(`{"id":%q,"lines":["Call mum"]}`, id)
						}
					}
				})
			}
			if r.status != tt.status || r.body != tt.want || r.kind != "application/json" {
				t.Errorf("%.60s, of type %q;\nwant %d and %s as application/json (Keep 13)", r, r.kind, tt.status, tt.want)
			}
		}
		x := open(t, func(_ *site, cfg *oncall.Config) { cfg.Transport = says(0, http.StatusOK, `{"blocked":true}`) })
		if r := x.do("POST /notes", "Eggs"); !r.failed(422, "blocked") || x.saves > 0 {
			t.Errorf("the checker blocked a line, and %s; want 422 and {\"error\":\"blocked\"} (Keep 13)", r)
		}
	})
}

// Keep 14: what takes its time within the limits is served.
func TestNormalWorkIsServed(t *testing.T) {
	const pause = 500 * time.Millisecond
	kit.Clock(t, func(t *testing.T) {
		x := open(t, func(x *site, cfg *oncall.Config) {
			x.load, x.save, cfg.Transport = take(pause), take(pause), says(pause, http.StatusOK, `{"blocked":false}`)
		})
		body, slow := io.Pipe()
		r := x.begin("POST /notes/n-1/lines", body)
		_, _ = io.WriteString(slow, `{"line":`)
		time.Sleep(pause)
		_, _ = io.WriteString(slow, `"Eggs"}`)
		_ = slow.Close()
		<-r.done
		if r.status != http.StatusOK {
			t.Errorf("a client took 500ms to send its request, and so did each of checker, Load and Save for their work:\n%s; want it served (Keep 14)", r)
		}
	})
}

// Keep 16: the trail has every write, in their order.
func TestTheTrailHasEveryWrite(t *testing.T) {
	kit.Clock(t, func(t *testing.T) {
		x := open(t, nil)
		x.record = func(ctx context.Context) error { return take(500*time.Millisecond)(ctx, "") }
		want := []oncall.Entry{{Note: "n-1", Line: "a"}, {Note: "n-2", Line: "b"}, {Note: "n-1", Line: "c"}}
		for _, e := range want {
			_ = x.do("POST /notes/"+e.Note+"/lines", e.Line)
		}
		time.Sleep(5 * time.Second)
		x.update(func() {
			if fmt.Sprint(x.entries) != fmt.Sprint(want) {
				t.Errorf("three writes were served. 5s later, the audit trail has %v; want %v (Keep 16)", x.entries, want)
			}
		})
	})
}

// Keep 13 and 16 on several processors: a bubble has one, where requests take
// turns.
func TestRequestsMeetOnSeveralProcessors(t *testing.T) {
	kit.Race(t, "requests were served at the same time", 4, func(meet *kit.Barrier) []func() {
		x := open(t, func(_ *site, cfg *oncall.Config) { cfg.Trail = 1000 })
		return kit.Crowd(meet, 6, 6, func(n int) {
			_ = x.do(fmt.Sprintf("POST /notes/n-%d/lines", n%2+1), "x")
			_ = x.do("GET /notes?id=n-1&id=n-2", "")
		})
	})
}
