package stable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var exporters = map[string]Exporter{
	"Export":          Export,
	"ExportAllAtOnce": ExportAllAtOnce,
	"ExportForNobody": ExportForNobody,
	"ExportNeither":   ExportNeither,
}

// mustSay fails unless lesson.md has this text: the lesson prints what the
// programs measured.
func mustSay(t *testing.T, text string) {
	t.Helper()
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(lesson), text) {
		t.Errorf("lesson.md does not have what this test measured; print it there:\n%s", text)
	}
}

// newAPI is the API over s, without a log.
func newAPI(s Store) *Handler {
	return NewHandler(NewService(s), slog.New(slog.DiscardHandler))
}

// post sends a note to an API and returns the answer.
func post(api http.Handler, body io.Reader) *httptest.ResponseRecorder {
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/notes", body))
	return answer
}

func tries(api http.Handler) int {
	return Tries(func(body io.Reader) int { return post(api, body).Code })
}

// All of them are right with one client who stays.
func TestEveryExportIsRightOnAQuietDay(t *testing.T) {
	for name, export := range exporters {
		synctest.Test(t, func(t *testing.T) {
			notes, err := export(t.Context(), NewDatabase(10, time.Millisecond), []string{"1", "2", "3"})
			var ids []string
			for _, n := range notes {
				ids = append(ids, n.ID)
			}
			if err != nil || !slices.Equal(ids, []string{"1", "2", "3"}) {
				t.Errorf("%s = %v, %v", name, notes, err)
			}
		})
	}
}

// The table of the lesson: one pillar is taken away at a time.
func TestTakeOnePillarAway(t *testing.T) {
	clean, raw := newAPI(NewDatabase(10, 0)).Routes(), newAPI(NewDatabase(10, 0)).RawRoutes()
	table := "without              a read takes   for nobody   tries\n"
	for _, row := range []struct {
		without string
		export  Exporter
		api     http.Handler
	}{
		{"nothing", Export, clean},
		{"concurrency bound", ExportAllAtOnce, clean},
		{"context", ExportForNobody, clean},
		{"clean API", Export, raw},
		{"any of the three", ExportNeither, raw},
	} {
		synctest.Test(t, func(t *testing.T) {
			read, forNobody := Traffic(row.export, 100*time.Millisecond)
			table += fmt.Sprintf("%-18s %12d ms %12d %7d\n",
				row.without, read.Milliseconds(), forNobody, tries(row.api))
		})
	}
	mustSay(t, table)
}

func TestOneExportKeepsAReadWaiting(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"Export":          100 * time.Millisecond,
		"ExportAllAtOnce": 600 * time.Millisecond,
		"ExportNeither":   2550 * time.Millisecond,
	} {
		synctest.Test(t, func(t *testing.T) {
			if read, _ := Traffic(exporters[name], 100*time.Millisecond); read != want {
				t.Errorf("%s: a read takes %v, want %v", name, read, want)
			}
		})
	}
}

func TestAnExportForNobodyWorksOn(t *testing.T) {
	for name, want := range map[string]int{"Export": 0, "ExportForNobody": 220} {
		synctest.Test(t, func(t *testing.T) {
			if _, n := Traffic(exporters[name], 100*time.Millisecond); n != want {
				t.Errorf("%s: %d queries for nobody, want %d", name, n, want)
			}
		})
	}
}

// begun counts the queries that are begun, however they end.
type begun struct {
	Store
	n atomic.Int64
}

func (b *begun) Find(ctx context.Context, id string) (Note, error) {
	b.n.Add(1)
	return b.Store.Find(ctx, id)
}

// 8 queries run when the client leaves, and no other one begins; if it has
// left before the export, none begins at all.
func TestNoQueryBeginsAfterTheClientLeft(t *testing.T) {
	for after, want := range map[time.Duration]int64{
		1050 * time.Millisecond: 88, // 80 are done
		0:                       0,
	} {
		for range 20 { // a select with two ready cases picks at random
			synctest.Test(t, func(t *testing.T) {
				ctx, leave := context.WithCancel(t.Context())
				if after == 0 {
					leave()
				}
				time.AfterFunc(after, leave)
				s := &begun{Store: NewDatabase(10, 100*time.Millisecond)}
				_, err := Export(ctx, s, make([]string, 300))
				if n := s.n.Load(); n != want || !errors.Is(err, context.Canceled) {
					t.Errorf("the client left after %v: %d queries begun, %v; want %d, %v", after, n, err, want, context.Canceled)
				}
			})
		}
	}
}

// 30 rounds of 10: without a bound, the queries of an export take three
// seconds, as the arithmetic says.
func TestTheArithmeticHolds(t *testing.T) {
	for name, want := range map[string]time.Duration{
		"ExportAllAtOnce": 3 * time.Second,         // 300 / 10 x 100 ms
		"Export":          3800 * time.Millisecond, // 300 / 8, rounded up
	} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			_, err := exporters[name](t.Context(), NewDatabase(10, 100*time.Millisecond), make([]string, 300))
			if took := time.Since(start); err != nil || took != want {
				t.Errorf("%s: %v after %v, want %v", name, err, took, want)
			}
		})
	}
}

// One mistake of a client: five requests if the status lies, one if it
// doesn't.
func TestARawErrorIsSentFiveTimes(t *testing.T) {
	api := newAPI(NewDatabase(1, 0))
	if n := tries(api.RawRoutes()); n != 5 {
		t.Errorf("createRaw: the app sent its note %d times, want 5", n)
	}
	if n := tries(api.Routes()); n != 1 {
		t.Errorf("create: the app sent its note %d times, want once", n)
	}
	answer := post(api.RawRoutes(), strings.NewReader(`{"id": "7"}`))
	mustSay(t, fmt.Sprintf("HTTP/1.1 %d %s\nContent-Type: %s\nX-Content-Type-Options: %s\n\n%s```", answer.Code, http.StatusText(answer.Code),
		answer.Header().Get("Content-Type"), answer.Header().Get("X-Content-Type-Options"), answer.Body))
	const want = `{"error":{"code":"validation_error"}}`
	if answer = post(api.Routes(), strings.NewReader(`{}`)); answer.Code != 400 || answer.Body.String() != want {
		t.Errorf("create: %d %s, want 400 %s", answer.Code, answer.Body, want)
	}
}

// An export stops at the first error, and says which one it was.
func TestExportStopsAtTheFirstError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &failing{Store: NewDatabase(10, 100*time.Millisecond), at: "20"}
		ids := make([]string, 300)
		for i := range ids {
			ids[i] = fmt.Sprint(i)
		}
		start := time.Now()
		_, err := Export(t.Context(), s, ids)
		if took := time.Since(start); !errors.Is(err, errFailing) || took != 200*time.Millisecond {
			t.Errorf("Export: %v after %v, want %v after 200ms", err, took, errFailing)
		}
	})
}

var errFailing = errors.New("no connection")

// failing fails for one id.
type failing struct {
	Store
	at string
}

func (f *failing) Find(ctx context.Context, id string) (Note, error) {
	if id == f.at {
		return Note{}, errFailing
	}
	return f.Store.Find(ctx, id)
}
