package errormap_test

import (
	"bytes"
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
	"strconv"
	"syscall"
	"testing"
	"time"

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
		w := serve(stays, newHandler(says(nil)), op)
		if w.Code != op.success {
			t.Fatalf("%s was answered %d; a request that succeeds is answered %d", op, w.Code, op.success)
		}
		if op.success != http.StatusOK {
			continue
		}
		var note map[string]any
		err := json.Unmarshal(w.Body.Bytes(), &note)
		if err != nil || note["id"] != stored.ID || note["title"] != stored.Title || note["content"] != stored.Content {
			t.Errorf("%s was answered with the body %q; it is the note %+v as JSON", op, w.Body, stored)
		}
	}
}

// Contract: "after the same calls of the store", and with the title "as the
// client sent it".
func TestTheStoreIsAskedAsBefore(t *testing.T) {
	ops := slices.Clone(operations)
	for _, title := range []string{" ", "\t", " Milk ", "MILK", "milk & <eggs>"} {
		body, err := json.Marshal(map[string]string{"title": title})
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, operation{"PUT", "/notes/7/title", string(body), http.StatusNoContent, "Rename 7 " + title,
			func(ctx context.Context, s *errormap.Service) error { return s.Rename(ctx, "7", title) }})
	}
	for _, op := range ops {
		var calls []string
		s := store{func(_ context.Context, call string) error {
			calls = append(calls, call)
			return nil
		}}
		h := newHandler(s)
		for range 2 {
			calls = nil
			w := serve(stays, h, op)
			if !slices.Equal(calls, []string{op.stored}) {
				t.Fatalf("%s %s asked the store for %q; it asks for %q, once for each request", op, op.body, calls, op.stored)
			}
			if w.Code != op.success {
				t.Fatalf("%s %s was answered %d, and the store had succeeded; it is %d", op, op.body, w.Code, op.success)
			}
		}
		calls = nil
		_ = op.call(stays, errormap.NewService(s))
		if !slices.Equal(calls, []string{op.stored}) {
			t.Fatalf("the method of the Service behind %s %s asked the store for %q; it asks for %q, once", op, op.body, calls, op.stored)
		}
	}
}

// Contract: "during its call that one ends for no other reason".
func TestTheStoreMayTakeItsTime(t *testing.T) {
	const long = time.Hour
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			w := serve(stays, newHandler(store{func(ctx context.Context, _ string) error {
				start := time.Now()
				select {
				case <-ctx.Done():
					t.Errorf("%s: the client waited, and after %v the context of the store's call ended (%v);\n"+
						"it ends when the client leaves, and for no other reason", op, time.Since(start), ctx.Err())
					return ctx.Err()
				case <-time.After(long):
					return nil
				}
			}}), op)
			if w.Code != op.success && !t.Failed() {
				t.Errorf("%s: the store succeeded after %v, the answer was %d; it is %d, as after a short while", op, long, w.Code, op.success)
			}
		})
	}
}

// Contract: "If the store succeeded, it returns nil."
func TestWithoutAnErrorTheServiceReturnsNil(t *testing.T) {
	for _, op := range operations {
		if err := op.call(stays, errormap.NewService(says(nil))); err != nil {
			t.Errorf("the store had no error, the method of the Service behind %s returned a %T that is not nil", op, err)
		}
	}
}

// Contract: "An empty title is refused" with the field.
func TestAnEmptyTitleIsAnsweredWithItsField(t *testing.T) {
	op := operation{method: "PUT", path: "/notes/7/title", body: `{"title":""}`}
	want := answer{http.StatusBadRequest, "validation_error", "title"}
	if got := failure(stays, newHandler(says(nil)), op); got != want {
		t.Errorf("%s with an empty title was answered %q; it is %q,\nthe field being that of the *InvalidError", op, got, want)
	}
}

// Contract: an empty title is refused "by Service.Rename", "before the store is
// asked".
func TestTheServiceRefusesAnEmptyTitle(t *testing.T) {
	asked := ""
	err := errormap.NewService(store{func(_ context.Context, call string) error {
		asked = call
		return nil
	}}).Rename(stays, "7", "")
	if asked != "" {
		t.Errorf("Service.Rename was given an empty title, and asked the store for %q;\nthe Service itself refuses it before that", asked)
	}
	if invalid, ok := errors.AsType[*errormap.InvalidError](err); !ok || invalid.Field != "title" {
		t.Errorf("Service.Rename with an empty title returned the error %v;\nerrors.As finds in it an *InvalidError with the field title", err)
	}
}

// Contract: "A request that fails is answered once."
func TestAFailureIsAnsweredOnce(t *testing.T) {
	empty := operation{method: "PUT", path: "/notes/7/title", body: `{"title":""}`}
	for _, k := range append(slices.Clone(kinds), kind{"an unknown error", errors.New("connection reset"), internal}) {
		for _, op := range append(slices.Clone(operations), empty) {
			w := serve(stays, newHandler(says(k.is)), op)
			if w.statuses > 1 {
				t.Fatalf("%s: the request failed with %s, was answered %d, and then given a status once more;\n"+
					"a failure is answered once", op, k.name, w.Code)
			}
			var first any
			if json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&first) == nil && !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s: the request failed with %s and was answered with the body %q;\n"+
					"a failure is answered once, with one JSON object", op, k.name, w.Body)
			}
		}
	}
}

// Contract: "and not tried again".
func TestAFailureIsNotTriedAgain(t *testing.T) {
	for _, k := range append(slices.Clone(kinds), canceled,
		kind{"context.Canceled while the client waits", context.Canceled, internal},
		kind{"an unknown error", errors.New("connection reset"), internal},
	) {
		for _, op := range operations {
			kit.Bubble(t, func(t *testing.T) {
				c, calls := newClient(), 0
				failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
					if calls++; calls > 1 {
						return nil
					}
					if k.name == canceled.name {
						c.leaves(ctx)
					}
					return wrap(1, k.is)
				}}), op)
				c.leave()
				if calls != 1 {
					t.Errorf("%s: the store returned %s, and was called %d times in all;\na failure is answered, not tried again", op, k.name, calls)
				}
			})
		}
	}
}

// Contract: "Every failure, on every route, is answered by the first row that
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

// Contract: "and its field".
func TestTheFieldIsThatOfTheError(t *testing.T) {
	for _, op := range operations {
		if failure(stays, newHandler(says(kinds[0].is)), op) != kinds[0].answer {
			continue // it is not the name of the field
		}
		for _, field := range []string{"dueDate", "Content", "labels[2].name", "due_date"} {
			want := answer{http.StatusBadRequest, "validation_error", field}
			err := &errormap.InvalidError{Field: field, Reason: "is unknown"}
			if got := failure(stays, newHandler(says(err)), op); got != want {
				t.Fatalf("%s: the store returned an *InvalidError with the field %q, the answer was %q; it is %q,\n"+
					"with the name as it is in the error", op, field, got, want)
			}
		}
	}
}

// Contract: "An error is what errors.Is and errors.As find in it, however often
// and in whatever way it was wrapped or joined."
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

// isInternal requires that errors without a kind are internal.
func isInternal(t *testing.T, errs ...error) {
	for _, err := range errs {
		for _, err := range []error{err, wrap(2, err)} {
			for _, op := range operations {
				if got := failure(stays, newHandler(says(err)), op); got != internal {
					t.Fatalf("%s: the store returned the error %q (%T), the answer was %q; it is %q:\n"+
						"whatever it says, no error of the table is in it", op, err, err, got, internal)
				}
			}
		}
	}
}

// Contract: "Its text decides nothing."
func TestTheTextDecidesNothing(t *testing.T) {
	isInternal(t, errors.New("connection reset"), errors.New(""),
		errors.New(errormap.ErrNotFound.Error()), errors.New(errormap.ErrConflict.Error()), errors.New(kinds[0].is.Error()),
		errors.New(context.DeadlineExceeded.Error()), errors.New(context.Canceled.Error()),
		errors.Join(errors.New("connection reset"), errors.New("rollback: note has changed")))
}

// Contract: "anything else" is internal, "and neither do methods" decide.
func TestLikeErrorsAreInternal(t *testing.T) {
	isInternal(t, sql.ErrNoRows, exec.ErrNotFound, fs.ErrNotExist, fs.ErrInvalid, syscall.EEXIST, strconv.ErrSyntax,
		os.ErrDeadlineExceeded, &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}, http.ErrHandlerTimeout,
		statusError(http.StatusNotFound), failures{sql.ErrNoRows})
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
								c.leaves(ctx)
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
	boom, other := &replicaError{2}, errors.New("disk full")
	for _, k := range append(slices.Clone(kinds), canceled, kind{"an unknown error", other, internal}) {
		t.Run(k.name, func(t *testing.T) {
			for _, op := range operations {
				for _, shape := range append(slices.Clone(shapes), alone) {
					err := op.call(stays, errormap.NewService(says(shape.of(k.is, boom))))
					if !errors.Is(err, k.is) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.Is no longer finds what callers without HTTP ask for", k.name, shape.name, err)
					}
					if _, ok := errors.AsType[*errormap.InvalidError](err); ok != (k.name == kinds[0].name) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.As finds an *InvalidError in it: %t", k.name, shape.name, err, ok)
					}
					if shape.name == alone.name {
						continue
					}
					if !errors.Is(err, boom) {
						t.Fatalf("the store returned %s %s, the Service %q;\n"+
							"errors.Is no longer finds the other error that was in it, what was behind the failure is lost", k.name, shape.name, err)
					}
				}
			}
		})
	}
}

// Contract: "What errors.As finds in the error of the store" is there, too, if no
// row of the table asks for it.
func TestTheServiceKeepsTheTypesOfTheStore(t *testing.T) {
	boom := &replicaError{2}
	for _, op := range operations {
		for _, shape := range shapes {
			err := op.call(stays, errormap.NewService(says(shape.of(errors.New("disk full"), boom))))
			if !errors.Is(err, boom) {
				continue // it is lost altogether
			}
			if as, ok := errors.AsType[*replicaError](err); !ok || as != boom {
				t.Fatalf("%s: the store's error was %s, with a %T in it, the Service returned %q;\n"+
					"errors.Is still finds that one, and errors.As no longer does: other callers ask for types, too", op, shape.name, boom, err)
			}
		}
	}
}
