package handlercontext_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	handlercontext "example.com/leakproof/katas/08-handler-context"
	"example.com/leakproof/katas/internal/kit"
)

// Requests do not disturb each other: each has a context of its own.
func TestOtherRequestsGoOn(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := &store{list: fake{after: hung}, count: fake{after: 2 * time.Second}, create: fake{after: 4 * time.Second}}
		x := open(t, s, 4)
		stays := dial(t, x).send(posts["with a length"]...)
		x.until(time.Second)
		leaves := dial(t, x).send(get)
		x.until(3 * time.Second)
		leaves.leave(t)
		wantAnswer(t, "Restore 1", "a POST, beside a GET whose client left at 3s", stays.answer(t, x), 201, kept, 6*time.Second)
		x.until(7 * time.Second)
		wantAnswer(t, "Restore 1", "a POST after that", dial(t, x).send(posts["with a length"]...).answer(t, x), 201, kept, 13*time.Second)
		x.until(2 * hung)
	})
}

// Fine print: before the 30 s are over, an error of the store is a 500, even if
// it wraps the error of a context; after that it is a 504, whatever it says.
func TestAStoreWithLimitsOfItsOwn(t *testing.T) {
	for _, name := range []string{"List", "Count", "Create"} {
		for _, err := range []error{context.DeadlineExceeded, context.Canceled} {
			t.Run(fmt.Sprintf("%s, %v", name, err), func(t *testing.T) {
				kit.Bubble(t, func(t *testing.T) {
					s, request := hanging(name, fake{after: time.Second, err: fmt.Errorf("wait for a replica: %w", err)})
					x := open(t, s, 4)
					a := dial(t, x).send(request).answer(t, x)
					what := fmt.Sprintf("%s of the store failed after 1s with an error of its own that wraps %q,\n"+
						"and the context of the request had not ended", name, err)
					wantAnswer(t, "fine print", what, a, 500, "", time.Second)
				})
			})
		}
		t.Run(name+", in its own words", func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s, request := hanging(name, fake{after: hung, says: errors.New("query interrupted")})
				x := open(t, s, 4)
				a := dial(t, x).send(request).answer(t, x)
				what := fmt.Sprintf("the 30s were over, and %s of the store gave up with an error in its own words", name)
				wantAnswer(t, "fine print", what, a, 504, "", 30*time.Second)
			})
		})
	}
}

// Keep 7 and fine print: more than 64 KiB are refused, and not read to the end.
func TestLongBodiesAreRefused(t *testing.T) {
	for _, length := range []int64{1 << 20, -1} { // -1: not known
		t.Run(fmt.Sprintf("length %d", length), func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				s := &store{began: time.Now()}
				body := strings.NewReader(noteOf(1 << 20))
				r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notes", body)
				r.ContentLength = length
				w := httptest.NewRecorder()
				handlercontext.NewHandler(handlercontext.NewService(s, 1)).ServeHTTP(w, r)
				if w.Code != http.StatusBadRequest && w.Code != http.StatusRequestEntityTooLarge {
					t.Errorf("a body of 1 MiB: status %d; beyond 64 KiB it is a 400 or a 413 (Keep 7)", w.Code)
				}
				if read := 1<<20 - body.Len(); read > 128<<10 {
					t.Errorf("a body of 1 MiB: the handler read %d bytes of it; the limit is 64 KiB, and 128 KiB are granted (fine print)", read)
				}
			})
		})
	}
}
