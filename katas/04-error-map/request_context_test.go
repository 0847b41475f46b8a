package errormap_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// Contract: "context.Canceled, and the client has left" is 499. When it leaves,
// the request is under way.
func TestAClientThatLeavesIsNoFailure(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			for range 32 { // for a repair that leaves it to chance
				got := failureOfLeaver(newClient(), op, context.Canceled)
				if got != canceled.answer {
					t.Fatalf("%s: the client left during the store's call, which then returned context.Canceled: the answer was %q;\n"+
						"the status is 499: a client that leaves is no failure of the service", op, got)
				}
			}
		})
	}
}

// Contract: "An error is what errors.Is and errors.As find in it", here in the
// row of a client that has left.
func TestCanceledSurvivesWrapping(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			for _, shape := range shapes {
				got := failureOfLeaver(newClient(), op, shape.of(context.Canceled, errors.New("statement stopped")))
				if got != canceled.answer && failureOfLeaver(newClient(), op, context.Canceled) == canceled.answer {
					t.Fatalf("%s: the client left, and the store returned context.Canceled %s: the answer was %q;\n"+
						"the status is 499, because errors.Is finds context.Canceled in that error", op, shape.name, got)
				}
			}
		})
	}
}

// Contract: "The client has left if the context of its own request has been
// cancelled, with whatever cause."
func TestTheCauseDecidesNothing(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			for _, cause := range []error{errors.New("stream reset by its client"), kinds[1].is} {
				ctx, cancel := context.WithCancelCause(context.Background())
				got := failureOfLeaver(client{ctx, func() { cancel(cause) }}, op, context.Canceled)
				if got != canceled.answer && failureOfLeaver(newClient(), op, context.Canceled) == canceled.answer {
					t.Fatalf("%s: the client left, and its context was cancelled with the cause %q: the answer was %q;\n"+
						"the status is 499 as without a cause: the context has been cancelled", op, cause, got)
				}
			}
		})
	}
}

// Contract: "The store learns it from its context, as it does now."
func TestTheStoreLearnsThatItsClientHasLeft(t *testing.T) {
	for _, op := range operations {
		kit.Bubble(t, func(t *testing.T) {
			c := newClient()
			failure(c.ctx, newHandler(store{func(ctx context.Context, _ string) error {
				if !c.leaves(ctx) {
					t.Errorf("%s: the client left, and an hour later the context of the store's call goes on;\n"+
						"the store learns from its context that nobody waits for it any more", op)
				}
				return context.Canceled
			}}), op)
		})
	}
}

// Contract: "While the client waits, context.Canceled does not fit its row":
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
					err := wrap(1, k.is)
					if failure(stays, newHandler(says(err)), op) != k.answer {
						continue // it is not the client that decides
					}
					if got := failureOfLeaver(newClient(), op, err); got != k.answer {
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
				c.leaves(ctx)
				return nil
			}}), op)
			if w.Code != op.success {
				t.Errorf("%s: the client left, and the store succeeded all the same: the answer was %d; it is %d,\n"+
					"as it is for a client that waits", op, w.Code, op.success)
			}
		}
	})
}
