package leakederrors_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// The tests of this file are about the fine print.

// A message may hold the id of the path, and the answer is JSON all the same.
func TestAnyPathIsAnsweredWithJSON(t *testing.T) {
	for _, k := range kinds {
		h, _ := newHandler(&scriptedStore{err: k.is})
		send(t, h, get("a%22%5C%01%7F")).failure(t)
	}
}

// Two requests that are under way at once keep their own ids. In a bubble they
// begin at the same moment.
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
				t.Errorf("the %s of two requests that were under way at once failed, and %s;\nwhoever is on call finds the cause by the request_id of the answer (Restore 3)", name, lack)
			}
		}
		if ids["outer"] == ids["inner"] {
			t.Fatalf("two requests that were under way at once share the request_id %q;\neach has its own (fine print)", ids["outer"])
		}
		for _, r := range book.records() {
			for name, other := range kit.Sorted(map[string]string{"outer": "inner", "inner": "outer"}) {
				if r.has(details[name].hex) && r.has(strconv.Quote(ids[other])) {
					t.Errorf("a record has the error of one request and the request_id of another (fine print):\n%.300s", r.line)
				}
			}
		}
	})
}

// Neither what a client sends nor the environment shows it the detail.
func TestNoSwitchShowsTheDetailToAClient(t *testing.T) {
	for _, env := range []string{"ENV", "APP_ENV", "GO_ENV", "ENVIRONMENT"} {
		t.Setenv(env, "development")
	}
	t.Setenv("DEBUG", "1")
	for _, op := range operations {
		for _, k := range kinds[:4] { // each code once
			for _, value := range []string{"1", "true"} {
				r, d := op.request(), newDetail()
				q := r.URL.Query()
				for _, name := range []string{"debug", "trace", "verbose"} {
					q.Set(name, value)
					r.Header.Set("X-"+name, value)
				}
				r.URL.RawQuery, r.RemoteAddr = q.Encode(), "127.0.0.1:4711"
				h, _ := newHandler(&scriptedStore{err: fmt.Errorf("%s: %w", d, k.is)})
				got := send(t, h, r)
				refuseLeak(t, got, "the detail, asked for with debug="+value+" (fine print),", d)
				got.failure(t)
			}
		}
	}
}
