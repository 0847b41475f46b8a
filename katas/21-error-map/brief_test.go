package errormap_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"

	errormap "example.com/leakproof/katas/21-error-map"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// stays is the context of a request whose client waits for the answer.
var stays = context.Background()

// unknown is an error that no row asks for.
var unknown = kind{"an unknown error", errors.New("connection reset"), internal}

// Restore 1: every route knows every kind. One handler answers them all, so that
// nothing of one request is left in the next.
func TestEveryRouteKnowsEveryKind(t *testing.T) {
	var next error
	h := newHandler(store{func(context.Context, string) error { return next }})
	for _, k := range append(slices.Clone(kinds), unknown) {
		for _, op := range operations {
			next = k.is
			if got := failure(stays, h, op); got != k.answer {
				t.Errorf("%s: the store returned %s itself, the answer was %q; it is %q,\n"+
					"whichever route it is (Restore 1)", op, k.name, got, k.answer)
			}
		}
	}
}

// wantKnown fails t as TestEveryRouteKnowsEveryKind does, if that is the reason.
func wantKnown(t *testing.T, op operation, k kind) {
	t.Helper()
	if got := failure(stays, newHandler(says(k.is)), op); got != k.answer {
		t.Fatalf("%s: the store returned %s itself, the answer was %q; it is %q,\nwhichever route it is (Restore 1)", op, k.name, got, k.answer)
	}
}

// Restore 1: a kind is what errors.Is or errors.As finds, however it was wrapped.
func TestKindsSurviveWrapping(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for _, err := range []error{wrap(1, k.is), wrap(3, k.is)} {
				for _, op := range operations {
					wantKnown(t, op, k)
					if got := failure(stays, newHandler(says(err)), op); got != k.answer {
						t.Fatalf("%s: the store returned %q, which wraps %s, the answer was %q; it is %q,\n"+
							"because errors.Is or errors.As finds the kind in that error (Restore 1)", op, err, k.name, got, k.answer)
					}
				}
			}
		})
	}
}

// Restore 1: or joined, by errors.Join or by two %w.
func TestKindsSurviveJoining(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			for _, shape := range shapes {
				err := shape.of(k.is, errors.New("connection reset"))
				for _, op := range operations {
					wantKnown(t, op, k)
					if got := failure(stays, newHandler(says(err)), op); got != k.answer {
						t.Fatalf("%s: the store returned %s %s, the answer was %q; it is %q,\n"+
							"because errors.Is or errors.As finds the kind in that error (Restore 1)", op, k.name, shape.name, got, k.answer)
					}
				}
			}
		})
	}
}

// Restore 1: context.Canceled, and the client has left, is a 499. When it
// leaves, the request is under way.
func TestAClientThatLeavesIsNoFailure(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			for _, shape := range append(slices.Clone(shapes), alone) {
				err := shape.of(context.Canceled, errors.New("statement stopped"))
				if got := failureOfLeaver(newClient(), op, err); got != canceled.answer {
					t.Fatalf("%s: the client left during the store's call, which returned context.Canceled %s: the answer was %q;\n"+
						"the status is 499: a client that leaves is no failure of the service (Restore 1)", op, shape.name, got)
				}
			}
		})
	}
}

// Restore 2: while the client waits, somebody else has cancelled.
func TestCanceledWhileTheClientWaitsIsInternal(t *testing.T) {
	for _, op := range operations {
		for _, shape := range append(slices.Clone(shapes), alone) {
			err := shape.of(context.Canceled, errors.New("statement stopped"))
			if got := failure(stays, newHandler(says(err)), op); got != internal {
				t.Fatalf("%s: the store returned context.Canceled %s, the client still waited and read %q; it is %q:\n"+
					"somebody else has cancelled, and that is a failure (Restore 2)", op, shape.name, got, internal)
			}
		}
	}
}

// Keep 3: a request that succeeds is answered as before.
func TestSuccessfulRequestsAreAnsweredAsBefore(t *testing.T) {
	for _, op := range operations {
		w := serve(stays, newHandler(says(nil)), op)
		if w.Code != op.success {
			t.Fatalf("%s was answered %d; a request that succeeds is answered %d (Keep 3)", op, w.Code, op.success)
		}
		if op.success != http.StatusOK {
			continue
		}
		var note map[string]any
		err := json.Unmarshal(w.Body.Bytes(), &note)
		if err != nil || note["id"] != stored.ID || note["title"] != stored.Title || note["content"] != stored.Content {
			t.Errorf("%s was answered with the body %q; it is the note %+v as JSON (Keep 3)", op, w.Body, stored)
		}
	}
}

// Keep 3: after the same calls of the store, whatever comes of them.
func TestTheStoreIsAskedAsBefore(t *testing.T) {
	for _, k := range append(slices.Clone(kinds), unknown, kind{"context.Canceled", context.Canceled, internal}, kind{"no error", nil, answer{}}) {
		for _, op := range operations {
			var calls []string
			h := newHandler(store{func(_ context.Context, call string) error {
				calls = append(calls, call)
				return k.is
			}})
			for range 2 {
				calls = nil
				serve(stays, h, op)
				if !slices.Equal(calls, []string{op.stored}) {
					t.Fatalf("%s %s asked the store, which returned %s, for %q;\neach request asks for %q, once (Keep 3)", op, op.body, k.name, calls, op.stored)
				}
			}
		}
	}
}

// Keep 3: the store learns from its context that the client has left.
func TestTheStoreLearnsThatItsClientHasLeft(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			c := newClient()
			failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
				if !c.leaves(ctx) {
					t.Errorf("%s: the client left, and an hour later the context of the store's call goes on;\n"+
						"it is the request's, or one derived from it (Keep 3)", op)
				}
				return context.Canceled
			}}), op)
		})
	}
}

// Keep 4: a failure is answered once.
func TestAFailureIsAnsweredOnce(t *testing.T) {
	empty := operation{method: "PUT", path: "/notes/7/title", body: `{"title":""}`}
	for _, k := range append(slices.Clone(kinds), unknown) {
		for _, op := range append(slices.Clone(operations), empty) {
			w := serve(stays, newHandler(says(k.is)), op)
			var first any
			second := json.NewDecoder(bytes.NewReader(w.Body.Bytes())).Decode(&first) == nil && !json.Valid(w.Body.Bytes())
			if w.statuses > 1 || second {
				t.Fatalf("%s: the request failed with %s, was given a status %d times, and answered with the body %q;\n"+
					"a failure is answered once, with one JSON object (Keep 4)", op, k.name, w.statuses, w.Body)
			}
		}
	}
}

// Keep 5: what errors.Is and errors.As find in the error of the store, they find
// in the error that the Service returns.
func TestTheServiceKeepsTheErrorOfTheStore(t *testing.T) {
	boom := &replicaError{2}
	for _, k := range append(slices.Clone(kinds), canceled, unknown) {
		for _, op := range operations {
			for _, shape := range shapes {
				err := op.call(stays, errormap.NewService(says(shape.of(k.is, boom))))
				if !errors.Is(err, k.is) {
					t.Fatalf("the store returned %s %s, the Service %q;\n"+
						"errors.Is no longer finds what callers without HTTP ask for (Keep 5)", k.name, shape.name, err)
				}
				if as, ok := errors.AsType[*replicaError](err); !ok || as != boom {
					t.Fatalf("the store returned %s %s, and a %T in it; the Service returned %q;\n"+
						"errors.As no longer finds that one: what was behind the failure is lost (Keep 5)", k.name, shape.name, boom, err)
				}
			}
		}
	}
}

// Keep 6: an empty title is refused by the Service, before the store is asked.
func TestTheServiceRefusesAnEmptyTitle(t *testing.T) {
	asked := ""
	err := errormap.NewService(store{func(_ context.Context, call string) error {
		asked = call
		return nil
	}}).Rename(stays, "7", "")
	if asked != "" {
		t.Errorf("Service.Rename was given an empty title, and asked the store for %q;\nthe Service itself refuses it before that (Keep 6)", asked)
	}
	if invalid, ok := errors.AsType[*errormap.InvalidError](err); !ok || invalid.Field != "title" {
		t.Errorf("Service.Rename with an empty title returned the error %v;\nerrors.As finds no *InvalidError with the field title in it (Keep 6)", err)
	}
}

// Restore 1 and Keep 6: the client reads which field it is.
func TestAnEmptyTitleIsAnsweredWithItsField(t *testing.T) {
	op := operation{method: "PUT", path: "/notes/7/title", body: `{"title":""}`}
	want := answer{http.StatusBadRequest, "validation_error", "title"}
	if got := failure(stays, newHandler(says(nil)), op); got != want {
		t.Errorf("%s with an empty title was answered %q; it is %q,\nthe field being that of the *InvalidError (Restore 1)", op, got, want)
	}
}
