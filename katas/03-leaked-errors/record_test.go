package leakederrors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	"example.com/leakproof/katas/internal/kit"
)

// findable fails when the record behind a failed request is not there.
func findable(t *testing.T, got reply, book *logbook, level slog.Level, what string, text ...string) {
	t.Helper()
	if lack := book.lacks(level, got.failure(t).requestID, what, text...); lack != "" {
		t.Fatalf("the answer was %d, and %s;\nwhoever is on call finds the cause by the request_id of the answer", got.status, lack)
	}
}

// Contract 7: at least one record of the injected logger has the request id and
// the whole text of the error behind a failure.
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
			findable(t, send(t, h, op.request()), book, k.level, what, want...)
			// The same error behind another request, which brings an id.
			again := op.request()
			again.Header.Set("X-Request-Id", "client-4711")
			findable(t, send(t, h, again), book, k.level, what, want...)
		}
	})
	t.Run("POST unknown field", func(t *testing.T) {
		d := newDetail()
		h, book := newHandler(&scriptedStore{})
		findable(t, send(t, h, post(`{"title":"a","`+d.word+`":1}`)), book, slog.LevelDebug, what, d.word)
	})
}

// Contract 7: "the whole text of that error, however long it is". The cause is
// at the end, a mebibyte behind the beginning.
func TestALongErrorIsLoggedWhole(t *testing.T) {
	first, last := newDetail(), newDetail()
	h, book := newHandler(&scriptedStore{err: fmt.Errorf("%s: %s: %s", first, strings.Repeat("batch: ", 150_000), last)})
	findable(t, send(t, h, get("groceries")), book, slog.LevelError, "the long text of the error", append(first.pieces(), last.pieces()...)...)
}

// eachPanic runs f as one test for each of the values and each place that
// panics, with the function that the stack has to name.
func eachPanic(t *testing.T, values []panicValue, f func(t *testing.T, got reply, book *logbook, d detail, call string)) {
	for _, value := range values {
		for _, op := range operations {
			t.Run(op.method+" panic with "+value.name, func(t *testing.T) {
				panics, d := value.of()
				h, book := newHandler(&scriptedStore{panics: panics})
				f(t, send(t, h, op.request()), book, d, "(*scriptedStore)."+op.call)
			})
		}
		t.Run("POST the body panics with "+value.name, func(t *testing.T) {
			panics, d := value.of()
			h, book := newHandler(&scriptedStore{})
			f(t, send(t, h, postFrom(panickingBody{panics})), book, d, "panickingBody.Read")
		})
	}
}

// Contract 7: for a panic the record holds the value as text, whatever it is.
func TestAPanicsValueIsInTheLog(t *testing.T) {
	eachPanic(t, panicValues, func(t *testing.T, got reply, book *logbook, d detail, _ string) {
		findable(t, got, book, slog.LevelError, "the panic's value", d.pieces()...)
	})
}

// Contract 7: for a panic the record with the value holds the stack as well.
func TestAPanicsStackIsInTheLog(t *testing.T) {
	eachPanic(t, panicValues[:1], func(t *testing.T, got reply, book *logbook, d detail, call string) {
		if lack := book.lacksStack(got.failure(t).requestID, call, d.pieces()...); lack != "" {
			t.Fatalf("a panic was answered %d, and %s;\nwhoever is on call reads there which line panicked", got.status, lack)
		}
	})
}

// Contract 7: two requests under way at once keep their own ids. In a bubble
// they begin at the same moment.
func TestRequestsUnderWayAtOnceKeepTheirIDs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		details := map[string]detail{"outer": newDetail(), "inner": newDetail()}
		replies := map[string]reply{}
		store := &scriptedStore{}
		h, book := newHandler(store)
		store.during = func(_ context.Context, id string) error {
			if id == "outer" {
				replies["inner"] = send(t, h, get("inner"))
			}
			return errors.New(details[id].String())
		}
		replies["outer"] = send(t, h, get("outer"))
		ids := map[string]string{}
		for _, name := range []string{"outer", "inner"} {
			ids[name] = replies[name].failure(t).requestID
			if lack := book.lacks(slog.LevelError, ids[name], "the text of its error", details[name].pieces()...); lack != "" {
				t.Errorf("the %s of two requests that were under way at once failed, and %s", name, lack)
			}
		}
		if ids["outer"] == ids["inner"] {
			t.Fatalf("two requests that were under way at once share the request_id %q;\nevery request has its own", ids["outer"])
		}
		for _, r := range book.records() {
			for name, other := range map[string]string{"outer": "inner", "inner": "outer"} {
				if r.has(details[name].hex) && r.has(strconv.Quote(ids[other])) {
					t.Errorf("a record has the error of one request and the request_id of another:\n%.300s", r.line)
				}
			}
		}
	})
}

// Contract 7: the record is written before the handler returns.
func TestTheRecordIsWrittenBeforeTheHandlerReturns(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		d, gate, held := newDetail(), make(chan struct{}), false
		h, book := newHandler(&scriptedStore{err: errors.New(d.String())})
		book.hold = func(line string) {
			if strings.Contains(line, d.hex) {
				held = true
				<-gate
			}
		}
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			send(t, h, get("groceries"))
		}()
		synctest.Wait()
		select {
		case <-returned:
			if held {
				t.Error("the handler returned while the record of its failure was still being written;\na process that ends now takes the record with it")
			} else {
				t.Error("the handler returned, and no record has the text of the error")
			}
		default:
		}
		close(gate)
		<-returned
	})
}
