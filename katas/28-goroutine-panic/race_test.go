package goroutinepanic_test

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"testing"
	"time"

	goroutinepanic "example.com/leakproof/katas/28-goroutine-panic"
	"example.com/leakproof/katas/internal/kit"
)

// Restore 1: boxes that panic at the same moment share nothing that could race.
func TestBoxesPanicAtTheSameMoment(t *testing.T) {
	apart(t, "Restore 1", func(t *testing.T) (none struct{}) {
		const size = 60
		kit.Race(t, "the boxes of one page panicked at the same moment", 20, func(meet *kit.Barrier) []func() {
			boxes := make([]goroutinepanic.Box, size)
			for i := range boxes {
				boxes[i] = func(context.Context, goroutinepanic.Note) (string, error) {
					meet.Wait(size)
					if i%2 == 0 {
						panic(kit.SlowError(secret))
					}
					return "text", nil
				}
			}
			log := slog.New(slog.NewTextHandler(io.Discard, nil))
			handler := goroutinepanic.NewHandler(goroutinepanic.NewService(store{}, size, boxes...), log)
			return []func(){func() {
				handler.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(kit.SlowEnd(), "GET", "/notes/"+fatal, nil))
			}}
		})
		return none
	})
}

// Restore 1: each of them gets rid of its panic.
func TestBoxesThatPanicTogetherLeaveNothing(t *testing.T) {
	a := apart(t, "Restore 1", bubble(func(t *testing.T) answer {
		var boxes []*box
		for range 20 {
			boxes = append(boxes, &box{after: time.Second, panics: func() { panic(secret) }})
		}
		defer time.Sleep(unwind)
		return newSite(store{}, 20, boxes...)(caller, fatal)
	}))
	if !a.is(500, "internal") || a.At > time.Second+unwind {
		t.Errorf("20 boxes of a page panicked at 1s: the response was %v; want one 500 (Restore 1)", a)
	}
}
