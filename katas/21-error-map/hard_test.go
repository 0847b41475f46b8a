package errormap_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"testing"

	errormap "example.com/leakproof/katas/21-error-map"
	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about the fine print.

// Errors without a kind are internal, whatever they say or are like.
func TestTheTextDecidesNothing(t *testing.T) {
	isInternal(t, errors.New(errormap.ErrNotFound.Error()), errors.New(errormap.ErrConflict.Error()), errors.New(kinds[0].is.Error()),
		errors.New(context.DeadlineExceeded.Error()), errors.New(context.Canceled.Error()))
}

func TestLikeErrorsAreInternal(t *testing.T) {
	isInternal(t, sql.ErrNoRows, fs.ErrNotExist, fs.ErrInvalid, os.ErrDeadlineExceeded)
}

// isInternal requires that errors without a kind are internal.
func isInternal(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		for _, err := range []error{err, wrap(2, err)} {
			for _, op := range operations {
				if got := failure(stays, newHandler(says(err)), op); got != internal {
					t.Fatalf("%s: the store returned the error %q (%T), the answer was %q; it is %q:\n"+
						"whatever it says, no error of the table is in it (fine print)", op, err, err, got, internal)
				}
			}
		}
	}
}

// That a client has left decides nothing else.
func TestAClientThatLeavesDecidesNothingElse(t *testing.T) {
	for _, k := range append(slices.Clone(kinds), unknown) {
		kit.Bubble(t, func(t *testing.T) {
			for _, op := range operations {
				wantKnown(t, op, k)
				if got := failureOfLeaver(newClient(), op, k.is); got != k.answer {
					t.Errorf("%s: the client left, and the store returned %s all the same: the answer was %q; it is %q,\n"+
						"as it is for a client that waits (fine print)", op, k.name, got, k.answer)
				}
			}
		})
	}
}

// If an error fits two rows, the first decides, whatever the order in the error.
func TestTheFirstRowDecides(t *testing.T) {
	all := append(slices.Clone(kinds), canceled)
	kit.Bubble(t, func(t *testing.T) {
		for i, first := range all {
			for _, second := range all[i+1:] {
				for round := range 32 { // for a repair that leaves it to chance
					for _, err := range []error{
						errors.Join(first.is, second.is), fmt.Errorf("%w: rolled back: %w", second.is, first.is),
					} {
						c := newClient()
						h := newHandler(store{func(ctx context.Context, _ string) error {
							if round%2 == 0 {
								c.leaves(ctx)
							}
							return err
						}})
						got := failure(c.ctx, h, operations[0])
						c.leave()
						if got != first.answer {
							t.Fatalf("the store's error was both %s and %s, the answer was %q; it is %q, every time:\n"+
								"of the rows that fit, the first decides (fine print)", first.name, second.name, got, first.answer)
						}
					}
				}
			}
		}
	})
}

// Two requests are under way, one client leaves, and both calls of the store
// return context.Canceled: for each request its own context decides.
func TestRequestsUnderWayDoNotMixUpTheirClients(t *testing.T) {
	for _, op := range operations {
		for leaver := range 2 {
			clients, got := []client{newClient(), newClient()}, make([]answer, 2)
			left := make(chan struct{})
			h := newHandler(store{func(context.Context, string) error {
				<-left
				return wrap(1, context.Canceled)
			}})
			var served sync.WaitGroup
			for i := range clients {
				served.Go(func() { got[i] = failure(clients[i].ctx, h, op) })
				kit.Settle(t) // it is in the store
			}
			clients[leaver].leave()
			close(left)
			served.Wait()
			clients[1-leaver].leave()
			if got[leaver] == canceled.answer && got[1-leaver] == canceled.answer {
				t.Fatalf("%s was under way twice, the client of request %d left, and both were answered %q, the one that waited as well:\n"+
					"somebody else has cancelled, and that is a failure (Restore 2)", op, leaver+1, canceled.answer)
			} else if got[leaver] != canceled.answer || got[1-leaver] != internal {
				t.Fatalf("%s was under way twice, the client of request %d left, and both calls ended with context.Canceled: it was answered %q,\n"+
					"and the one that waited %q; for each request its own context says whether its client has left (fine print)", op, leaver+1, got[leaver], got[1-leaver])
			}
		}
	}
}
