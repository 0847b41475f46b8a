package handlercontext_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/06-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// Contract: "With 1,000 notes or more, a POST is a 403. If the store fails, the
// answer is 500. There is no note in an answer that reports a failure."
func TestRefusedAndFailed(t *testing.T) {
	errBoom := errors.New("the database is away")
	post := posts["with a length"][0]
	for name, c := range sorted(map[string]struct {
		store   *store
		request string
		status  int
		trace   string
	}{
		"1,000 notes":         {&store{size: 1000}, post, 403, "Count"},
		"a list that fails":   {&store{notes: []handlercontext.Note{{Title: "Keys"}}, list: fake{err: errBoom}}, get, 500, "List"},
		"a count that fails":  {&store{size: 1000, count: fake{err: errBoom}}, post, 500, "Count"},
		"a create that fails": {&store{create: fake{err: errBoom}}, post, 500, "Count, Create"},
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, c.store, 4, plain)
				a := dial(t, x).send(c.request).answer(t, x)
				wantAnswer(t, name, a, c.status, "", 0)
				if x.trace() != c.trace {
					t.Errorf("%s: the store was asked for [%s]; want [%s]", name, x.trace(), c.trace)
				}
			})
		})
	}
}

// Contract: "A body that is no note is a 400"; the store may have counted for it.
func TestBodiesThatAreNoNote(t *testing.T) {
	for name, request := range sorted(map[string]string{
		"not JSON":    withLength(7) + "title=a",
		"an array":    withLength(2) + "[]",
		"half a note": withLength(20) + note[:20],
		"no body":     withLength(0),
	}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, &store{}, 4, plain)
				a := dial(t, x).send(request).answer(t, x)
				wantAnswer(t, "a POST with "+name, a, 400, "", 0)
				if asked := x.trace(); asked != "" && asked != "Count" {
					t.Errorf("a POST with %s: the store was asked for [%s]; there is nothing to create", name, asked)
				}
			})
		})
	}
}

// Contract: "If the store fails before the time is up, the answer is 500, even if
// its error wraps context.DeadlineExceeded or context.Canceled."
func TestAStoreWithLimitsOfItsOwn(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		for _, err := range []error{context.DeadlineExceeded, context.Canceled} {
			t.Run(fmt.Sprintf("%s, %v", name, err), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s, request := hanging(name, fake{after: time.Second, err: fmt.Errorf("wait for a replica: %w", err)})
					x := open(t, s, 4, plain)
					a := dial(t, x).send(request).answer(t, x)
					what := fmt.Sprintf("%s of the store failed after 1s with an error of its own that wraps %q,\n"+
						"and the context of the request had not ended", name, err)
					wantAnswer(t, what, a, 500, "", time.Second)
				})
			})
		}
	}
}

// Contract: "When the budget is used up, the answer is 504, whatever the store's
// error says."
func TestAStoreGivesUpInItsOwnWords(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung, says: errors.New("query interrupted")})
				x := open(t, s, 4, plain)
				a := dial(t, x).send(request).answer(t, x)
				what := fmt.Sprintf("the budget of 30s was used up, and %s of the store gave up with an error in its own words", name)
				wantAnswer(t, what, a, 504, "", 30*time.Second)
			})
		})
	}
}

// Contract: "There is no note in an answer that reports a failure", also of a
// call that succeeds after the budget. Whether that is a failure is granted.
func TestALateSuccessIsOneOrTheOther(t *testing.T) {
	for name, status := range sorted(map[string]int{"List": 200, "Create": 201}) {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung, late: true})
				s.notes = []handlercontext.Note{{Title: "Keys"}}
				x := open(t, s, 4, plain)
				a := dial(t, x).send(request).answer(t, x)
				if a.status != status {
					status = 504
				}
				wantAnswer(t, fmt.Sprintf("%s of the store succeeded when the budget of 30s was used up", name), a, status, "", 30*time.Second)
			})
		})
	}
}

// Contract: "A note of more than 64 KiB is a 400 or a 413, and the handler reads no
// more than 128 KiB of it."
func TestLongBodiesAreRefused(t *testing.T) {
	for _, c := range []struct {
		length  int
		refused bool
	}{{64 << 10, false}, {64<<10 + 1, true}, {1 << 20, true}} {
		for _, known := range []bool{true, false} {
			t.Run(fmt.Sprintf("%d bytes, length known: %t", c.length, known), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s := &store{began: time.Now()}
					body := &counting{from: strings.NewReader(noteOf(c.length))}
					r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notes", body)
					r.ContentLength = -1
					if known {
						r.ContentLength = int64(c.length)
					}
					w := httptest.NewRecorder()
					handlercontext.NewHandler(handlercontext.NewService(s, 1)).ServeHTTP(w, r)
					created := strings.Contains(s.trace(), "Create")
					refused := w.Code == http.StatusBadRequest || w.Code == http.StatusRequestEntityTooLarge
					if refused != c.refused || created == c.refused {
						t.Errorf("a note of %d bytes: status %d, created: %t; the limit is 64 KiB, beyond it 400 or 413 and no note", c.length, w.Code, created)
					}
					if body.read > 128<<10 {
						t.Errorf("a body of %d bytes: the handler read %d of them; the limit is 64 KiB, and 128 KiB are granted", c.length, body.read)
					}
				})
			})
		}
	}
}

// counting counts what is read of a body.
type counting struct {
	from io.Reader
	read int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.read += n
	return n, err
}
