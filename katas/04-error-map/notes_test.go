package errormap_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	errormap "example.com/leakproof/katas/04-error-map"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stays is the context of a request whose client waits for the answer.
var stays = context.Background()

// Contract: "A request that succeeds is answered as it is now."
func TestSuccessfulRequestsAreAnsweredAsBefore(t *testing.T) {
	for _, op := range operations {
		var calls []string
		s := store{func(_ context.Context, call string) error {
			calls = append(calls, call)
			return nil
		}}
		w := serve(stays, newHandler(s), op)
		if w.Code != op.success {
			t.Fatalf("%s was answered %d; a request that succeeds is answered %d", op, w.Code, op.success)
		}
		if !slices.Equal(calls, []string{op.stored}) {
			t.Errorf("%s asked the store for %q; it asks for %q, once", op, calls, op.stored)
		}
		var note errormap.Note
		if err := json.Unmarshal(w.Body.Bytes(), &note); op.success == http.StatusOK && (err != nil || note != stored) {
			t.Errorf("%s was answered with the body %q; it is the note as JSON", op, w.Body)
		}
		if err := op.call(stays, errormap.NewService(s)); err != nil {
			t.Errorf("the store had no error, the method of the Service behind %s returned a %T that is not nil", op, err)
		}
	}
}

// Contract: "An empty title is refused" with the field, before the store is asked.
func TestAnEmptyTitleNamesItsField(t *testing.T) {
	s := store{func(_ context.Context, call string) error {
		t.Errorf("a note was given an empty title, and the store was asked for %q; the Service refuses it before that", call)
		return nil
	}}
	op := operation{method: "PUT", path: "/notes/7/title", body: `{"title":""}`}
	want := answer{http.StatusBadRequest, "validation_error", "title"}
	if got := failure(stays, newHandler(s), op); got != want {
		t.Errorf("%s with an empty title was answered %q; it is %q,\nthe field being that of the *InvalidError", op, got, want)
	}
	err := errormap.NewService(s).Rename(stays, "7", "")
	if invalid, ok := errors.AsType[*errormap.InvalidError](err); !ok || invalid.Field != "title" {
		t.Errorf("Service.Rename with an empty title returned the error %v;\nerrors.As finds in it an *InvalidError with the field title", err)
	}
}

// Contract: "Every failure of every route is answered by the first row that
// fits": here with the bare errors of the table.
func TestEveryRouteKnowsEveryKind(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for _, op := range operations {
				if got := failure(stays, newHandler(says(k.is)), op); got != k.answer {
					t.Fatalf("%s: the store returned %s itself, the answer was %q; it is %q,\n"+
						"whichever route it is", op, k.name, got, k.answer)
				}
			}
		})
	}
}

// Contract: "An error is of a kind when errors.Is or errors.As says so", however
// it is wrapped and whatever its text is.
func TestKindsSurviveWrapping(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for _, shape := range shapes {
				err := shape.of(k.is, errors.New("connection reset"))
				for _, op := range operations {
					if got := failure(stays, newHandler(says(err)), op); got != k.answer {
						t.Fatalf("%s: the store returned %s %s, the answer was %q; it is %q,\n"+
							"because errors.Is or errors.As finds the kind in that error", op, k.name, shape.name, got, k.answer)
					}
				}
			}
		})
	}
}

// Contract: "Everything else is internal", whatever its text or its type, and
// whatever was answered before.
func TestUnknownErrorsAreInternal(t *testing.T) {
	var next error
	calls := 0
	h := newHandler(store{func(context.Context, string) error {
		calls++
		return next
	}})
	for _, k := range kinds {
		next = k.is
		failure(stays, h, operations[0])
	}
	for _, err := range []error{
		errors.New("connection reset"), errors.New(""),
		errors.New(errormap.ErrNotFound.Error()), errors.New(errormap.ErrConflict.Error()),
		errors.New(kinds[0].is.Error()), errors.New(context.DeadlineExceeded.Error()), errors.New(context.Canceled.Error()),
		sql.ErrNoRows, exec.ErrNotFound, fs.ErrNotExist, fs.ErrInvalid, syscall.EEXIST,
		os.ErrDeadlineExceeded, &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, http.ErrHandlerTimeout,
		statusError(http.StatusNotFound), failures{}, errors.Join(sql.ErrNoRows, errors.New("rollback: note has changed")),
	} {
		for _, err := range []error{err, wrap(2, err)} {
			for _, op := range operations {
				next, calls = err, 0
				if got := failure(stays, h, op); got != internal {
					t.Fatalf("%s: the store returned the error %q (%T), the answer was %q; it is %q:\n"+
						"whatever it says, no error of the table is in it", op, err, err, got, internal)
				}
				if calls != 1 {
					t.Fatalf("%s: the store returned the error %q, and was called %d times in all;\n"+
						"a failure is answered, not tried again", op, err, calls)
				}
			}
		}
	}
}

// A statusError has methods that look like an answer, and no kind.
type statusError int

func (s statusError) Error() string { return fmt.Sprintf("upstream answered %d: not found", int(s)) }
func (s statusError) Status() int   { return int(s) }
func (s statusError) Code() string  { return "not_found" }

// Contract: "If several rows fit, the first of them decides", whatever the order
// in the error.
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
								c.leaves(t, ctx)
							}
							return err
						}})
						got := failure(c.ctx, h, operations[0])
						c.leave()
						if got != first.answer {
							t.Fatalf("the store's error was both %s and %s, the answer was %q; it is %q, every time:\n"+
								"of the rows of the table that fit, the first decides", first.name, second.name, got, first.answer)
						}
					}
				}
			}
		}
	})
}

// Contract: "What errors.Is and errors.As find in the error of the store, they
// find in the error that the Service returns."
func TestTheServiceKeepsTheErrorOfTheStore(t *testing.T) {
	boom, other := errors.New("connection reset"), errors.New("disk full")
	for _, k := range append(slices.Clone(kinds), canceled, kind{"an unknown error", other, internal}) {
		t.Run(k.name, func(t *testing.T) {
			for _, op := range operations {
				for _, shape := range append(slices.Clone(shapes), alone) {
					err := op.call(stays, errormap.NewService(says(shape.of(k.is, boom))))
					if !errors.Is(err, k.is) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.Is no longer finds what callers without HTTP ask for", k.name, shape.name, err)
					}
					if shape.name != alone.name && !errors.Is(err, boom) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.Is no longer finds the other error that was in it, what was behind the failure is lost", k.name, shape.name, err)
					}
					if _, ok := errors.AsType[*errormap.InvalidError](err); ok != (k.name == kinds[0].name) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.As finds an *InvalidError in it: %t", k.name, shape.name, err, ok)
					}
				}
			}
		})
	}
}

// Contract: "context.Canceled is canceled if the client has left", which the
// context of its request says.
func TestAClientThatLeavesIsNoFailure(t *testing.T) {
	for _, op := range operations {
		t.Run(op.method, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				for _, shape := range append(slices.Clone(shapes), alone) {
					c := newClient()
					got := failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
						c.leaves(t, ctx)
						return shape.of(context.Canceled, errors.New("statement stopped"))
					}}), op)
					if got != canceled.answer {
						t.Fatalf("%s: the client left, the store stopped and returned context.Canceled %s, the status was %q;\n"+
							"it is 499: a client that leaves is no failure of the service", op, shape.name, got)
					}
				}
			})
		})
	}
}

// Contract: "While the client waits, context.Canceled does not fit the row":
// somebody else has cancelled.
func TestCanceledWhileTheClientWaitsIsInternal(t *testing.T) {
	for _, op := range operations {
		for _, shape := range append(slices.Clone(shapes), alone) {
			err := shape.of(context.Canceled, errors.New("statement stopped"))
			if got := failure(stays, newHandler(says(err)), op); got != internal {
				t.Fatalf("%s: the store returned context.Canceled %s, the client still waited and read %q; it is %q:\n"+
					"somebody else has cancelled, and that is a failure", op, shape.name, got, internal)
			}
		}
	}
}

// Contract: "That a client has left decides nothing else."
func TestAClientThatLeavesDecidesNothingElse(t *testing.T) {
	for _, k := range append(slices.Clone(kinds),
		kind{"an unknown error", errors.New("connection reset"), internal},
		kind{"an unknown error with the text of context.Canceled", errors.New(context.Canceled.Error()), internal},
	) {
		t.Run(k.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				for _, op := range operations {
					c := newClient()
					got := failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
						c.leaves(t, ctx)
						return wrap(1, k.is)
					}}), op)
					if got != k.answer {
						t.Errorf("%s: the client left, and the store returned %s all the same: the answer was %q; it is %q,\n"+
							"as it is for a client that waits", op, k.name, got, k.answer)
					}
				}
			})
		})
	}
	kit.Bubble(t, func(t *testing.T) {
		for _, op := range operations {
			c := newClient()
			w := serve(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
				c.leaves(t, ctx)
				return nil
			}}), op)
			if w.Code != op.success {
				t.Errorf("%s: the client left, and the store succeeded all the same: the answer was %d; it is %d,\n"+
					"as it is for a client that waits", op, w.Code, op.success)
			}
		}
	})
}

// Contract: "Requests do not disturb each other", also when several are under way.
func TestRequestsUnderWayDoNotMixUpTheirClients(t *testing.T) {
	for leaver, name := range []string{"the first of two clients", "the second of two clients"} {
		t.Run(name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				clients, got := []client{newClient(), newClient()}, make([]answer, 2)
				type clientKey struct{}
				h := newHandler(store{func(ctx context.Context, _ string) error {
					if ctx.Value(clientKey{}) == leaver {
						<-ctx.Done()
					} else {
						<-clients[leaver].ctx.Done()
					}
					return wrap(1, context.Canceled)
				}})
				var served sync.WaitGroup
				for i, c := range clients {
					served.Go(func() { got[i] = failure(context.WithValue(c.ctx, clientKey{}, i), h, operations[i]) })
					synctest.Wait() // until it is in the store
				}
				clients[leaver].leave()
				served.Wait()
				clients[1-leaver].leave()
				if want := canceled.answer; got[leaver] != want {
					t.Errorf("%s left, both requests ended with context.Canceled: its answer was %q; it is %q", name, got[leaver], want)
				}
				if got[1-leaver] != internal {
					t.Errorf("%s left, both requests ended with context.Canceled: the other client still waited and read %q;\n"+
						"it is %q: for each request its own context says whether its client has left", name, got[1-leaver], internal)
				}
			})
		})
	}
}
