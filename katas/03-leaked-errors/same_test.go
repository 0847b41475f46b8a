package leakederrors_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/katas/internal/kit"
)

// Contract 5: the same request that fails with the same code is answered in the
// same words, whatever was behind it: an error or a panic. In a bubble the
// clock stands still between two answers.
func TestTheSameFailureReadsTheSame(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		for _, op := range operations {
			first := map[string]reply{} // by code
			check := func(what string, got reply) {
				code := got.failure(t).code
				if _, ok := first[code]; !ok {
					first[code] = got
				}
				refuseDifference(t, fmt.Sprintf("%s, code %s, %s", op, code, what), first[code], got)
			}
			for _, k := range append(slices.Clone(kinds), timeout) {
				for _, shape := range shapes {
					h, _ := newHandler(&scriptedStore{err: shape.of(k.is, newDetail(), newDetail())})
					check(k.name+", "+shape.name, send(t, h, op.request()))
				}
			}
			for _, value := range panicValues {
				panics, _ := value.of()
				h, _ := newHandler(&scriptedStore{panics: panics})
				check("a panic with "+value.name, send(t, h, op.request()))
			}
		}
	})
}

// Contract 5: how long the store took before it failed is not in the answer.
func TestASlowFailureReadsTheSame(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		for _, op := range operations {
			for _, k := range kinds[:4] { // each code once
				var took time.Duration
				h, _ := newHandler(&scriptedStore{during: func(context.Context, string) error {
					time.Sleep(took)
					return k.is
				}})
				quick := send(t, h, op.request())
				took = 1234 * time.Millisecond
				refuseDifference(t, fmt.Sprintf("%s, %s, at once and after %v", op, k.name, took), quick, send(t, h, op.request()))
			}
		}
	})
}

// Contract 5: bodies with the same fault at the same byte are answered in the
// same words, whatever else is in them and however long it is.
func TestBodiesWithTheSameFaultReadTheSame(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		longer     bool // the fault comes before the text
	}{
		{"an unknown field", `{"title":"a","%s":1}`, false},
		{"an unknown field before the text", `{"title":"a","colour":1,"content":"%s"}`, true},
		{"a number as title", `{"title":7,"content":"%s"}`, true},
		{"no title", `{"content":"%s"}`, true},
		{"half a note", `{"title":"%s`, false},
		{"text", `milk %s`, true},
	} {
		t.Run("POST "+tt.name, func(t *testing.T) {
			kit.Bubble(t, func(t *testing.T) {
				h, _ := newHandler(&scriptedStore{})
				one, other := newDetail().word, newDetail().word
				if tt.longer {
					other = strings.Repeat(other, 7)
				}
				refuseDifference(t, "bodies with the same fault and other text",
					send(t, h, post(strings.ReplaceAll(tt.body, "%s", one))), send(t, h, post(strings.ReplaceAll(tt.body, "%s", other))))
			})
		})
	}
}

// Contract 5: nothing in a request id tells what was behind the failure. Two
// causes take turns in an order that neither a clock nor a counter follows. A
// character, or the length, that is always one for the first cause and always
// another for the second tells them apart. With random ids that never happens:
// 80 coin tosses would have to come out right.
func TestTheRequestIDDoesNotTellTheCause(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for _, other := range []struct {
		name  string
		store scriptedStore
	}{
		{"one error from another", scriptedStore{err: errors.New("relation notes_v3 has no column title")}},
		{"a panic from an error", scriptedStore{panics: refused}},
	} {
		t.Run(other.name, func(t *testing.T) {
			store, ids := &scriptedStore{}, [2][]string{}
			h, _ := newHandler(store)
			for i := range 80 {
				cause := bits.OnesCount(uint(i)) % 2
				*store = []scriptedStore{{err: refused}, other.store}[cause]
				ids[cause] = append(ids[cause], send(t, h, get("groceries")).failure(t).requestID)
			}
			if mark := markOf(ids[0], ids[1]); mark != "" {
				t.Errorf("the request_id tells %s: %s;\nit means nothing to anybody without the log", other.name, mark)
			}
		})
	}
}

// markOf is what all ids of a have in common, where all of b have something
// else in common; "" if there is no such thing.
func markOf(a, b []string) string {
	parts := func(id string) map[string]string {
		of := map[string]string{"its length": strconv.Itoa(len(id))}
		for i := range min(len(id), 64) {
			of[fmt.Sprintf("its character %d", i+1)] = id[i : i+1]
			of[fmt.Sprintf("its character %d from the end", i+1)] = id[len(id)-1-i : len(id)-i]
		}
		return of
	}
	common := func(ids []string) map[string]string {
		all := parts(ids[0])
		for _, id := range ids[1:] {
			of := parts(id)
			maps.DeleteFunc(all, func(name, is string) bool { return of[name] != is })
		}
		return all
	}
	x, y := common(a), common(b)
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if y[name] != "" && x[name] != y[name] {
			return fmt.Sprintf("%s is always %q after the one and always %q after the other", name, y[name], x[name])
		}
	}
	return ""
}
