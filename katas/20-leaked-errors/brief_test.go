package leakederrors_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	leakederrors "example.com/leakproof/katas/20-leaked-errors"
	"go.uber.org/goleak"

	"example.com/leakproof/katas/internal/kit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Restore 1: every failure has the one shape.
func TestFailuresHaveOneShape(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		h, _ := newHandler(&scriptedStore{err: k.is})
		send(t, h, op.request()).failure(t)
	})
	for name, body := range kit.Sorted(badBodies) {
		t.Run("POST "+name, func(t *testing.T) {
			h, _ := newHandler(&scriptedStore{})
			send(t, h, post(body)).failure(t)
		})
	}
}

// Restore 2: nothing of what the store says reaches the client.
func TestNoStoreErrorTextReachesTheClient(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			a, b := newDetail(), newDetail()
			h, _ := newHandler(&scriptedStore{err: shape.of(k.is, a, b)})
			refuseLeak(t, send(t, h, op.request()), "text of the store's error ("+shape.name+")", a, b)
		}
	})
}

// Restore 2: nothing of what the decoder says reaches the client.
func TestNoDecoderErrorTextReachesTheClient(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		says       []string // what the decoder's error has in it
	}{
		{"an unknown field", `{"title":"a","%s":1}`, nil},
		{"a string where a note belongs", `"%s"`, []string{"cannot unmarshal", "Go value"}},
		{"a number as title", `{"title":7}`, []string{"cannot unmarshal", "Go struct field"}},
		{"text", `milk %s`, []string{"looking for beginning of value"}},
		{"half a note", `{"title":"%s`, []string{"unexpected EOF"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDetail()
			h, _ := newHandler(&scriptedStore{})
			got := send(t, h, post(strings.ReplaceAll(tt.body, "%s", d.String())))
			refuseLeak(t, got, "text of the decoder's error", d)
			for _, says := range tt.says {
				if strings.Contains(got.raw, says) {
					t.Fatalf("%q of the decoder's error reached the client;\nwhat a client reads is written for clients (Restore 2): %.200q", says, got.body)
				}
			}
		})
	}
}

// Restore 2 and Keep 5: a panic is a 500 `internal` without its value or its
// stack, and the next request is served.
func TestAPanicIsAnsweredLikeAnyInternalFailure(t *testing.T) {
	eachPanic(t, func(t *testing.T, op operation, got reply, _ *logbook, d detail) {
		refuseLeak(t, got, "the panic's value", d)
		for _, trace := range []string{"goroutine ", ".go:", "scriptedStore"} {
			if strings.Contains(got.raw, trace) {
				t.Errorf("%q of the panic's stack reached the client;\na response holds no stack (Restore 2)", trace)
			}
		}
		if f := got.failure(t); got.status != http.StatusInternalServerError || f.code != "internal" {
			t.Errorf("a panic was answered %d %q; it is 500 \"internal\", whatever its value is (Keep 5)", got.status, f.code)
		}
	})
}

// eachPanic runs f as one test for each value and each call that panics.
func eachPanic(t *testing.T, f func(t *testing.T, op operation, got reply, book *logbook, d detail)) {
	for _, value := range panicValues {
		for _, op := range operations {
			t.Run(op.method+" panic with "+value.name, func(t *testing.T) {
				panics, d := value.of()
				h, book := newHandler(&scriptedStore{panics: panics})
				f(t, op, send(t, h, op.request()), book, d)
			})
		}
	}
}

// Restore 3: one record of the injected logger has the whole text of the error.
func TestTheDetailOfEveryFailureIsInTheLog(t *testing.T) {
	const what = "the text of the error"
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			a, b := newDetail(), newDetail()
			err := shape.of(k.is, a, b)
			want := a.pieces()
			if strings.Contains(err.Error(), b.hex) {
				want = append(want, b.pieces()...)
			}
			h, book := newHandler(&scriptedStore{err: err})
			logged(t, send(t, h, op.request()), "", book, k.level, what, want...)
		}
	})
	t.Run("POST unknown field", func(t *testing.T) {
		d := newDetail()
		h, book := newHandler(&scriptedStore{})
		logged(t, send(t, h, post(`{"title":"a","`+d.word+`":1}`)), "", book, slog.LevelInfo, "the text of the decoder's error", d.word)
	})
}

// Restore 3: that record has the request id of the answer, too.
func TestTheRecordIsFoundByTheRequestID(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		d := newDetail()
		h, book := newHandler(&scriptedStore{err: fmt.Errorf("%s: %w", d, k.is)})
		got := send(t, h, op.request())
		logged(t, got, got.failure(t).requestID, book, k.level, "the text of the error", d.pieces()...)
	})
}

// logged fails t when the record of a failed request is not there.
func logged(t *testing.T, got reply, id string, book *logbook, level slog.Level, what string, text ...string) {
	t.Helper()
	if lack := book.lacks(level, id, what, text...); lack != "" {
		t.Fatalf("the answer was %d, and %s;\nwhoever is on call finds the cause by the request_id of the answer (Restore 3)", got.status, lack)
	}
}

// Restore 3: a panic has its record, too. Its shape is for the tests above.
func TestAPanicIsInTheLog(t *testing.T) {
	eachPanic(t, func(t *testing.T, op operation, got reply, book *logbook, d detail) {
		logged(t, got, got.requestID(), book, slog.LevelError, "the panic's value as text", d.pieces()...)
	})
}

// Restore 3: that record has the stack, which names the call.
func TestAPanicsRecordHasTheStack(t *testing.T) {
	eachPanic(t, func(t *testing.T, op operation, got reply, book *logbook, d detail) {
		if book.lacks(slog.LevelError, got.requestID(), "the panic's value", d.pieces()...) != "" {
			return // TestAPanicIsInTheLog speaks of that
		}
		call := "(*scriptedStore)." + op.call
		if lack := book.lacks(slog.LevelError, got.requestID(), "", append(d.pieces(), call)...); lack != "" {
			t.Errorf("a panic's record doesn't have the stack of the panic: %s, which panicked, isn't in it;\n"+
				"the value and the stack are in one record (Restore 3)", call)
		}
	})
}

// Keep 4: what succeeds is answered as before, with the same calls of the store.
func TestSuccessfulRequestsAreAnsweredAsBefore(t *testing.T) {
	store := &scriptedStore{note: leakederrors.Note{ID: "groceries", Title: "Groceries", Content: "Milk"}}
	h, _ := newHandler(store)
	for _, op := range operations {
		got := send(t, h, op.request())
		if got.status != op.success {
			t.Errorf("%s answered %d; a request that succeeds is answered %d (Keep 4)", op, got.status, op.success)
		}
		if op.success == http.StatusNoContent {
			if got.body != "" {
				t.Errorf("%s answered 204 with the body %.80q; a 204 has none (Keep 4)", op, got.body)
			}
			continue
		}
		var n map[string]string
		err := json.Unmarshal([]byte(got.body), &n)
		if err != nil || !maps.Equal(n, map[string]string{"id": "groceries", "title": "Groceries", "content": "Milk"}) {
			t.Errorf("%s answered %q; it answers with the note as JSON (Keep 4)", op, got.body)
		}
	}
	want := []string{"Create Groceries: Milk", "Get groceries", "Delete groceries"}
	if !slices.Equal(store.calls, want) {
		t.Errorf("the store was called with %q; it is %q (Keep 4)", store.calls, want)
	}
}

// Keep 4: a call that fails is not repeated, and has the context of the request.
func TestTheStoreGetsTheSameCalls(t *testing.T) {
	for _, op := range operations {
		t.Run(op.method, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			ended := false
			store := &scriptedStore{during: func(inside context.Context, _ string) error {
				cancel()
				ended = inside.Err() != nil
				return errors.New("connection reset")
			}}
			h, _ := newHandler(store)
			if send(t, h, op.request().WithContext(ctx)); len(store.calls) != 1 {
				t.Errorf("one request called the store with %q; a call that fails is not repeated (Keep 4)", store.calls)
			}
			if !ended {
				t.Errorf("the context of the request ended, and that of the call to %s did not;\nthe store gets the request's context, or one derived from it (Keep 4)", op.call)
			}
		})
	}
}

// Keep 5: every kind of failure has its status and its code.
func TestEachKindOfFailureHasItsCode(t *testing.T) {
	store := &scriptedStore{}
	h, _ := newHandler(store)
	check := func(t *testing.T, what string, got reply, status int, code string) {
		t.Helper()
		if f := got.failure(t); got.status != status || f.code != code {
			t.Fatalf("%s was answered %d with the code %q; it is %d with %q (Keep 5)", what, got.status, f.code, status, code)
		}
	}
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			store.err = shape.of(k.is, newDetail(), newDetail())
			check(t, fmt.Sprintf("%s, %s, %s,", op, k.name, shape.name), send(t, h, op.request()), k.status, k.code)
		}
	})
	for name, body := range kit.Sorted(badBodies) {
		t.Run("POST "+name, func(t *testing.T) {
			check(t, "POST /notes with "+name, send(t, h, post(body)), http.StatusBadRequest, "validation_error")
		})
	}
}
