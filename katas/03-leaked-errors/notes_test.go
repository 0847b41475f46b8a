package leakederrors_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"

	leakederrors "example.com/leakproof/katas/03-leaked-errors"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract 1: a request that succeeds is answered with its status and note.
func TestSuccessfulRequestsAreAnsweredAsBefore(t *testing.T) {
	store := &scriptedStore{note: leakederrors.Note{ID: "7", Title: "Groceries", Content: "Milk"}}
	h, _ := newHandler(store)
	for _, op := range operations {
		got := send(t, h, op.request())
		if got.status != op.success {
			t.Errorf("%s answered %d; a request that succeeds is answered %d", op, got.status, op.success)
		}
		if op.success == http.StatusNoContent {
			continue
		}
		var n map[string]string
		err := json.Unmarshal([]byte(got.body), &n)
		if err != nil || !maps.Equal(n, map[string]string{"id": "7", "title": "Groceries", "content": "Milk"}) {
			t.Errorf("%s answered %q; it answers with the note as JSON", op, got.body)
		}
	}
	want := []string{"Create Groceries: Milk", "Get 7", "Delete 7"}
	if !slices.Equal(store.calls, want) {
		t.Errorf("the store was called with %q; it is %q", store.calls, want)
	}
}

// Contract 2: every failure has the one shape, with its status, its code and a
// request id of its own.
func TestFailuresHaveOneShape(t *testing.T) {
	store, ids := &scriptedStore{}, map[string]bool{}
	h, _ := newHandler(store)
	check := func(t *testing.T, got reply, status int, code string) {
		t.Helper()
		f := got.failure(t)
		if got.status != status || f.code != code {
			t.Fatalf("the answer was %d with the code %q; it is %d with %q", got.status, f.code, status, code)
		}
		if ids[f.requestID] {
			t.Fatalf("the request_id %q was used twice; every request has its own", f.requestID)
		}
		ids[f.requestID] = true
	}
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			store.err = shape.of(k.is, newDetail(), newDetail())
			check(t, send(t, h, op.request()), k.status, k.code)
		}
	})
	// A message may hold the path's id, and the answer is JSON all the same.
	for _, k := range kinds {
		store.err = k.is
		check(t, send(t, h, get("a%22%5C%01%7F")), k.status, k.code)
	}
	store.err = nil
	for name, body := range map[string]string{
		"an empty body": "", "text": "milk", "half a note": `{"title":"Gro`,
		"a number as title": `{"title":7}`, "an unknown field": `{"title":"a","colour":"red"}`,
		"no title": `{"content":"Milk"}`,
	} {
		t.Run("POST "+name, func(t *testing.T) {
			check(t, send(t, h, post(body)), http.StatusBadRequest, "validation_error")
		})
	}
}

// Contract 3: nothing of what the store says reaches the client, and nothing of
// the body that it refused.
func TestNoStoreErrorTextReachesTheClient(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			a, b := newDetail(), newDetail()
			h, _ := newHandler(&scriptedStore{err: shape.of(k.is, a, b)})
			refuseLeak(t, send(t, h, op.request()), "text of the store's error ("+shape.name+")", a, b)
			if op.body != "" {
				got := send(t, h, post(fmt.Sprintf(`{"title":%q,"content":%q}`, a.word, b.word)))
				refuseLeak(t, got, "the title or the content of the request's body", a, b)
			}
		}
	})
}

// Contract 3: nothing of what the decoder says reaches the client, and nothing
// of the body comes back.
func TestNoDecoderErrorTextReachesTheClient(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		says       []string // what the decoder's error has in it
	}{
		{"an unknown field", `{"title":"a","%s":1}`, nil},
		{"an unknown field before the title", `{"%s":1,"title":"a"}`, nil},
		{"a string where a note belongs", `"%s"`, []string{"cannot unmarshal", "Go value"}},
		{"a number as title", `{"title":7}`, []string{"cannot unmarshal", "Go struct field"}},
		{"an array as content", `{"title":"a","content":["%s"]}`, []string{"cannot unmarshal", "Go struct field"}},
		{"text", `%s`, []string{"looking for beginning of value"}},
		{"half a note", `{"title":"%s`, []string{"unexpected EOF"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := newDetail()
			h, _ := newHandler(&scriptedStore{})
			got := send(t, h, post(strings.ReplaceAll(tt.body, "%s", d.String())))
			refuseLeak(t, got, "text of the body", d)
			for _, says := range tt.says {
				if strings.Contains(got.raw, says) {
					t.Fatalf("%q of the decoder's error reached the client;\nwhat a client reads is written for clients: %.200q", says, got.body)
				}
			}
		})
	}
}

// Contract 4: a panic is a 500 `internal` without its value or its stack, and
// the next request is served.
func TestAPanicIsAnsweredLikeAnyInternalFailure(t *testing.T) {
	for _, op := range operations {
		for _, value := range panicValues {
			t.Run(op.method+" "+value.name, func(t *testing.T) {
				panics, d := value.of()
				store := &scriptedStore{panics: panics}
				h, _ := newHandler(store)
				got := send(t, h, op.request())
				refuseLeak(t, got, "the panic's value", d)
				for _, trace := range []string{"goroutine ", ".go:", "scriptedStore"} {
					if strings.Contains(got.raw, trace) {
						t.Errorf("%q of the panic's stack reached the client;\na response holds no stack trace", trace)
					}
				}
				if f := got.failure(t); got.status != http.StatusInternalServerError || f.code != "internal" {
					t.Errorf("a panic was answered %d %q; it is 500 \"internal\", whatever its value is", got.status, f.code)
				}
				store.panics = nil
				if next := send(t, h, op.request()); next.status != op.success {
					t.Errorf("after a panic the next request was answered %d; it is %d", next.status, op.success)
				}
			})
		}
	}
}

// Contract 5: the same request that fails with the same code is answered in the
// same words, whatever was behind it: an error or a panic.
func TestTheSameFailureReadsTheSame(t *testing.T) {
	same := func(t *testing.T, a, b reply) {
		t.Helper()
		if x, y := a.withoutRequestID(t), b.withoutRequestID(t); x != y {
			t.Fatalf("two answers differ in more than the request id, which tells their causes apart:\n%.300q\n%.300q", x, y)
		}
	}
	first := map[string]reply{} // by route and code
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		key := op.method + k.code
		for _, shape := range shapes {
			h, _ := newHandler(&scriptedStore{err: shape.of(k.is, newDetail(), newDetail())})
			got := send(t, h, op.request())
			if _, ok := first[key]; !ok {
				first[key] = got
			}
			same(t, first[key], got)
		}
	})
	for _, op := range operations {
		for _, value := range panicValues {
			t.Run(op.method+" panic with "+value.name, func(t *testing.T) {
				panics, _ := value.of()
				h, _ := newHandler(&scriptedStore{panics: panics})
				same(t, first[op.method+"internal"], send(t, h, op.request()))
			})
		}
	}
	for name, body := range map[string]string{"unknown field": `{"title":"a","%s":1}`, "half a note": `{"title":"%s`, "text": `%s`} {
		t.Run("POST "+name, func(t *testing.T) {
			h, _ := newHandler(&scriptedStore{})
			same(t, send(t, h, post(strings.ReplaceAll(body, "%s", newDetail().word))),
				send(t, h, post(strings.ReplaceAll(body, "%s", newDetail().word))))
		})
	}
}

// Contract 6: no query parameter, header, address or environment variable
// shows the detail to a client, on no route, for no kind of failure; and none
// changes the shape.
func TestNoSwitchShowsTheDetailToAClient(t *testing.T) {
	for _, env := range []string{"ENV", "APP_ENV", "GO_ENV", "ENVIRONMENT"} {
		t.Setenv(env, "development")
	}
	t.Setenv("DEBUG", "1")
	try := func(t *testing.T, op operation, fails func(detail) *scriptedStore) {
		for _, value := range []string{"1", "true", ""} {
			for _, accept := range []string{"*/*", "text/plain", "text/html", "application/problem+json"} {
				for _, from := range []string{"192.0.2.1:4711", "127.0.0.1:4711"} {
					r, d := op.request(), newDetail()
					q := r.URL.Query()
					for _, name := range []string{"debug", "trace", "verbose", "details", "stack", "internal", "dev"} {
						q.Set(name, value)
						r.Header.Set(name, value)
						r.Header.Set("X-"+name, value)
					}
					r.URL.RawQuery, r.RemoteAddr = q.Encode(), from
					r.Header.Set("Accept", accept)
					h, _ := newHandler(fails(d))
					got := send(t, h, r)
					refuseLeak(t, got, fmt.Sprintf("the detail, asked for with debug=%q, Accept %s, from %s,", value, accept, from), d)
					got.failure(t)
				}
			}
		}
	}
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		try(t, op, func(d detail) *scriptedStore {
			return &scriptedStore{err: fmt.Errorf("%s: %w", d, k.is)}
		})
	})
	for _, op := range operations {
		t.Run(op.method+" panic", func(t *testing.T) {
			try(t, op, func(d detail) *scriptedStore { return &scriptedStore{panics: d.String()} })
		})
	}
}

// Contract 7: at least one record of the injected logger has the request id and
// the whole text of the error behind a failure; for a panic, the stack as well.
func TestTheDetailOfEveryFailureIsInTheLog(t *testing.T) {
	check := func(t *testing.T, got reply, book *logbook, level slog.Level, stack string, want ...string) {
		t.Helper()
		f := got.failure(t)
		if lack := book.lacks(level, f.requestID, want, stack); lack != "" {
			t.Fatalf("the answer was %d, and %s;\nwhoever is on call finds the cause by the request_id of the answer", got.status, lack)
		}
	}
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			a, b := newDetail(), newDetail()
			err := shape.of(k.is, a, b)
			want := a.pieces()
			if strings.Contains(err.Error(), b.hex) {
				want = append(want, b.pieces()...)
			}
			h, book := newHandler(&scriptedStore{err: err})
			check(t, send(t, h, op.request()), book, k.level, "", want...)
			// The same error behind another request, which brings an id.
			again := op.request()
			again.Header.Set("X-Request-Id", "client-4711")
			check(t, send(t, h, again), book, k.level, "", want...)
		}
	})
	for _, op := range operations {
		for _, value := range panicValues {
			t.Run(op.method+" panic with "+value.name, func(t *testing.T) {
				panics, d := value.of()
				h, book := newHandler(&scriptedStore{panics: panics})
				check(t, send(t, h, op.request()), book, slog.LevelError, "(*scriptedStore)."+op.call, d.pieces()...)
			})
		}
	}
	t.Run("POST unknown field", func(t *testing.T) {
		d := newDetail()
		h, book := newHandler(&scriptedStore{})
		check(t, send(t, h, post(`{"title":"a","`+d.word+`":1}`)), book, slog.LevelDebug, "", d.word)
	})
}

// Contract 7: two requests under way at once keep their own ids.
func TestRequestsUnderWayAtOnceKeepTheirIDs(t *testing.T) {
	details := map[string]detail{"outer": newDetail(), "inner": newDetail()}
	replies := map[string]reply{}
	store := &scriptedStore{}
	h, book := newHandler(store)
	store.onGet = func(id string) error {
		if id == "outer" {
			replies["inner"] = send(t, h, get("inner"))
		}
		return errors.New(details[id].String())
	}
	replies["outer"] = send(t, h, get("outer"))
	ids := map[string]string{}
	for name, got := range replies {
		ids[name] = got.failure(t).requestID
		if lack := book.lacks(slog.LevelError, ids[name], details[name].pieces(), ""); lack != "" {
			t.Errorf("the %s of two requests that were under way at once failed, and %s", name, lack)
		}
	}
	if ids["outer"] == ids["inner"] {
		t.Errorf("two requests that were under way at once share the request_id %q;\nevery request has its own", ids["outer"])
	}
	for name, other := range map[string]string{"outer": "inner", "inner": "outer"} {
		for _, line := range book.records(details[name].pieces()) {
			if strings.Contains(line, strconv.Quote(ids[other])) {
				t.Errorf("a record has the error of one request and the request_id of another:\n%.300s", line)
			}
		}
	}
}

// Contract 7: the record is written before the handler returns.
func TestTheRecordIsWrittenBeforeTheHandlerReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
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
			send(t, h, get("7"))
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
