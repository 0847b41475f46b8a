package lostcancel_test

import (
	"context"
	"sync"
	"testing"
	"time"

	lostcancel "example.com/leakproof/katas/05-lost-cancel"
	"example.com/leakproof/katas/internal/kit"
)

// Keep 5, fine print: the store may answer just as its context ends. A reader
// that it has answered with is closed.
func TestAnAnswerThatComesTooLateIsClosed(t *testing.T) {
	if r := export(t, 0, note{answer: never, crosses: true}); r.open > 0 {
		t.Errorf("the limit ended as the store answered: Open returned a reader, and nobody has closed it (Keep 5).\n"+
			"Export returned the error %v", r.err)
	}
}

// Fine print: exports of a service do not know of each other.
func TestExportsAreIndependent(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		s := newStore(
			note{text: "a", answer: 2 * time.Second, pause: time.Hour},
			note{text: "b", answer: 3 * time.Second, pause: time.Second},
			note{answer: never},
		)
		service := lostcancel.NewService(s, limit)
		var running sync.WaitGroup
		for _, ids := range [][]string{{"1", "2"}, {"2", "3"}, {"2", "1"}} {
			running.Go(func() {
				var a archive
				err := service.Export(context.Background(), ids, &a)
				if late := ids[1] == "3"; (err != nil) != late || !late && a.written.Len() != 2 {
					t.Errorf("beside others, Export of the notes %v returned the error %v and had written %q;\n"+
						"want an error: %t. Each export has its own notes and limits (fine print)", ids, err, a.written.String(), late)
				}
			})
			time.Sleep(time.Second) // note 1 is still being opened
		}
		running.Wait()
	})
}
