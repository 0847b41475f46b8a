package leakederrors_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	leakederrors "example.com/leakproof/katas/03-leaked-errors"
	"example.com/leakproof/katas/internal/kit"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Contract 1: a request that succeeds now succeeds, and is answered with its
// status and note.
func TestSuccessfulRequestsAreAnsweredAsBefore(t *testing.T) {
	store := &scriptedStore{note: leakederrors.Note{ID: "groceries", Title: "Groceries", Content: "Milk"}}
	h, _ := newHandler(store)
	for _, op := range operations {
		got := send(t, h, op.request())
		if got.status != op.success {
			t.Errorf("%s answered %d; a request that succeeds is answered %d", op, got.status, op.success)
		}
		if op.success == http.StatusNoContent {
			if got.body != "" {
				t.Errorf("%s answered 204 with the body %.80q; a 204 has none", op, got.body)
			}
			continue
		}
		var n map[string]string
		err := json.Unmarshal([]byte(got.body), &n)
		if err != nil || !maps.Equal(n, map[string]string{"id": "groceries", "title": "Groceries", "content": "Milk"}) {
			t.Errorf("%s answered %q; it answers with the note as JSON", op, got.body)
		}
	}
	if got := send(t, h, post(`{"title":"  "}`)); got.status != http.StatusCreated {
		t.Errorf("a title of two blanks was answered %d; what is accepted now is accepted still", got.status)
	}
	want := []string{"Create Groceries: Milk", "Get groceries", "Delete groceries", "Create   : "}
	if !slices.Equal(store.calls, want) {
		t.Errorf("the store was called with %q; it is %q", store.calls, want)
	}
}

// Contract 1: the store gets the same calls with the context of the request,
// whether they fail or not.
func TestTheStoreGetsTheSameCalls(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		store := &scriptedStore{err: k.is}
		h, _ := newHandler(store)
		if send(t, h, op.request()); len(store.calls) != 1 {
			t.Errorf("one request called the store with %q; a call that fails is not repeated", store.calls)
		}
	})
	for _, op := range operations {
		t.Run(op.method+" context", func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				h, _ := newHandler(&scriptedStore{during: func(inside context.Context, _ string) error {
					cancel()
					synctest.Wait()
					if inside.Err() == nil {
						t.Errorf("the context of the request ended, and that of the call to %s did not;\nthe store gets the request's context", op.call)
					}
					return nil
				}})
				send(t, h, op.request().WithContext(ctx))
			})
		})
	}
}

// Contract 2: every failure has the one shape.
func TestFailuresHaveOneShape(t *testing.T) {
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		h, _ := newHandler(&scriptedStore{err: k.is})
		send(t, h, op.request()).failure(t)
	})
	for _, name := range slices.Sorted(maps.Keys(badBodies)) {
		body := badBodies[name]
		t.Run("POST "+name, func(t *testing.T) {
			h, _ := newHandler(&scriptedStore{})
			send(t, h, post(body)).failure(t)
		})
	}
}

// Contract 2: every kind of failure has its status and its code.
func TestEachKindOfFailureHasItsCode(t *testing.T) {
	store := &scriptedStore{}
	h, _ := newHandler(store)
	check := func(t *testing.T, what string, got reply, status int, code string) {
		t.Helper()
		if f := got.failure(t); got.status != status || f.code != code {
			t.Fatalf("%s was answered %d with the code %q; it is %d with %q", what, got.status, f.code, status, code)
		}
	}
	eachFailure(t, func(t *testing.T, op operation, k kind) {
		for _, shape := range shapes {
			store.err = shape.of(k.is, newDetail(), newDetail())
			check(t, fmt.Sprintf("%s, %s, %s,", op, k.name, shape.name), send(t, h, op.request()), k.status, k.code)
		}
	})
	for _, name := range slices.Sorted(maps.Keys(badBodies)) {
		body := badBodies[name]
		t.Run("POST "+name, func(t *testing.T) {
			check(t, "POST /notes with "+name, send(t, h, post(body)), http.StatusBadRequest, "validation_error")
		})
	}
}

// Contract 2: a message may hold the id of the path, and the answer is JSON all
// the same.
func TestAnyPathIsAnsweredWithJSON(t *testing.T) {
	for _, k := range kinds {
		h, _ := newHandler(&scriptedStore{err: k.is})
		send(t, h, get("a%22%5C%01%7F")).failure(t)
	}
}

// Contract 2: each request has its own id, also when it is the same request
// with the same headers. In a bubble the clock stands still, so that an id that
// is the time of day is used twice for certain.
func TestEachRequestHasItsOwnID(t *testing.T) {
	for _, from := range []string{"", "5f0c7a52-8b3e-4d6f-9a10-2c4e6f8a0b1d", "KQ3M7ZTBXA2PLWN4RSDVYEJ5GH"} {
		kit.Bubble(t, func(t *testing.T) {
			h, _ := newHandler(&scriptedStore{err: leakederrors.ErrNotFound})
			seen := map[string]bool{}
			for range 8 {
				r := get("groceries")
				if from != "" {
					for _, name := range []string{"Request-Id", "X-Request-Id", "Correlation-Id", "X-Correlation-Id", "X-Trace-Id"} {
						r.Header.Set(name, from)
					}
					r.Header.Set("Traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
				}
				id := send(t, h, r).failure(t).requestID
				if seen[id] && from == "" {
					t.Fatalf("two requests have the request_id %q; each request has its own, even at the same moment", id)
				} else if seen[id] {
					t.Fatalf("two requests that brought the same headers have the request_id %q;\neach request has its own, whatever a client sends", id)
				}
				seen[id] = true
			}
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
		}
		if op.body != "" {
			a, b := newDetail(), newDetail()
			h, _ := newHandler(&scriptedStore{err: k.is})
			got := send(t, h, post(fmt.Sprintf(`{"title":%q,"content":%q}`, a.word, b.word)))
			refuseLeak(t, got, "the title or the content of the request's body", a, b)
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
		{"text", `milk %s`, []string{"looking for beginning of value"}},
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
	check := func(t *testing.T, got reply, d detail) {
		t.Helper()
		refuseLeak(t, got, "the panic's value", d)
		for _, trace := range []string{"goroutine ", ".go:", "scriptedStore"} {
			if strings.Contains(got.raw, trace) {
				t.Errorf("%q of the panic's stack reached the client;\na response holds no stack trace", trace)
			}
		}
		if f := got.failure(t); got.status != http.StatusInternalServerError || f.code != "internal" {
			t.Errorf("a panic was answered %d %q; it is 500 \"internal\", whatever its value is", got.status, f.code)
		}
	}
	for _, value := range panicValues {
		for _, op := range operations {
			t.Run(op.method+" "+value.name, func(t *testing.T) {
				panics, d := value.of()
				store := &scriptedStore{panics: panics}
				h, _ := newHandler(store)
				check(t, send(t, h, op.request()), d)
				store.panics = nil
				if next := send(t, h, op.request()); next.status != op.success {
					t.Errorf("after a panic the next request was answered %d; it is %d", next.status, op.success)
				}
			})
		}
		t.Run("POST the body panics with "+value.name, func(t *testing.T) {
			panics, d := value.of()
			h, _ := newHandler(&scriptedStore{})
			check(t, send(t, h, postFrom(panickingBody{panics})), d)
		})
	}
}

// Contract 4: the next request is served, however many panicked before it.
func TestManyPanicsUseNothingUp(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		store := &scriptedStore{panics: "out of range"}
		h, _ := newHandler(store)
		panicked, last := 0, 0
		go func() {
			for ; panicked < 150; panicked++ {
				send(t, h, get("groceries"))
			}
			store.panics = nil
			last = send(t, h, get("groceries")).status
		}()
		if synctest.Wait(); last != http.StatusOK {
			t.Errorf("after %d panics one after another the next request was not served (%d);\na panic must not keep what other requests need", panicked, last)
		}
	})
}

// Contract 6: no query parameter, header, address or environment variable
// shows the detail to a client, on no route, for no kind of failure; and none
// changes the shape.
func TestNoSwitchShowsTheDetailToAClient(t *testing.T) {
	for _, env := range []string{"ENV", "APP_ENV", "GO_ENV", "ENVIRONMENT"} {
		t.Setenv(env, "development")
	}
	t.Setenv("DEBUG", "1")
	callers := []struct{ addr, host string }{
		{"192.0.2.1:4711", "notes.example"}, {"127.0.0.1:4711", "notes.example"},
		{"192.0.2.1:4711", "localhost:8080"}, {"10.0.0.7:4711", "127.0.0.1:8080"},
	}
	try := func(t *testing.T, op operation, fails func(detail) *scriptedStore) {
		for i := range 16 { // any two of value, accept and caller meet
			value := []string{"1", "true", ""}[i%3]
			accept := []string{"*/*", "text/plain", "text/html", "application/problem+json"}[i%4]
			from := callers[i/4]
			r, d := op.request(), newDetail()
			q := r.URL.Query()
			for _, name := range []string{"debug", "trace", "verbose", "details", "stack", "internal", "dev"} {
				q.Set(name, value)
				r.Header.Set(name, value)
				r.Header.Set("X-"+name, value)
			}
			r.URL.RawQuery, r.RemoteAddr, r.Host = q.Encode(), from.addr, from.host
			r.Header.Set("Accept", accept)
			h, _ := newHandler(fails(d))
			got := send(t, h, r)
			refuseLeak(t, got, fmt.Sprintf("the detail, asked for with debug=%q, Accept %s, from %s to %s,", value, accept, from.addr, from.host), d)
			got.failure(t)
		}
	}
	for _, op := range operations {
		for _, k := range kinds[:4] { // each code once
			t.Run(op.method+" "+k.name, func(t *testing.T) {
				try(t, op, func(d detail) *scriptedStore {
					return &scriptedStore{err: fmt.Errorf("%s: %w", d, k.is)}
				})
			})
		}
		t.Run(op.method+" panic", func(t *testing.T) {
			try(t, op, func(d detail) *scriptedStore { return &scriptedStore{panics: d.String()} })
		})
	}
}
