package layers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	layers "example.com/leakproof/katas/05-layers"
	"example.com/leakproof/katas/internal/kit"
)

// oddNote breaks every rule there is. Under the handler is a service that has
// none, so the handler has no reason to mind.
var oddNote = layers.Note{ID: "ann 7", Owner: "somebody else", Title: "  ", Content: "\n\"Milk\"", Created: time.Date(1969, time.July, 20, 20, 17, 40, 7, time.UTC)}

// Contract 10: "For a request that it can read it makes one call, with what the
// request says."
func TestTheHandlerPassesOnWhatTheRequestSays(t *testing.T) {
	long := strings.Repeat("ü", 500)
	type asked struct {
		request, user, body string
		want                call
	}
	for _, all := range [][]asked{
		{
			{"POST /notes", "ann", `{"title":"Groceries","content":"Milk"}`, call{"Create", "ann", "Groceries", "Milk"}},
			{"POST /notes", "Ann", `{"title":""}`, call{"Create", "Ann", "", ""}},
			{"POST /notes", "ann", `{}`, call{"Create", "ann", "", ""}},
			{"POST /notes", "bob", `{"title":" \t ","content":" Milk\n"}`, call{"Create", "bob", " \t ", " Milk\n"}},
			{"POST /notes", "bob", `{"title":" Groceries\n","content":""}`, call{"Create", "bob", " Groceries\n", ""}},
			{"POST /notes", "ann", `{"title":"` + long + `"}`, call{"Create", "ann", long, ""}},
		},
		{
			{"GET /notes/n-1", "ann", "", call{"Get", "ann", "n-1"}},
			{"GET /notes/N-1", "Ann", "", call{"Get", "Ann", "N-1"}},
			{"GET /notes/ann%207", "bob", "", call{"Get", "bob", "ann 7"}},
		},
		{
			{"PATCH /notes/n-1", "ann", `{"title":"Errands"}`, call{"Retitle", "ann", "n-1", "Errands"}},
			{"PATCH /notes/n-2", "bob", `{"title":""}`, call{"Retitle", "bob", "n-2", ""}},
			{"PATCH /notes/N-2", "Ann", `{}`, call{"Retitle", "Ann", "N-2", ""}},
			{"PATCH /notes/ann%207", "ann", `{"title":" Errands\n"}`, call{"Retitle", "ann", "ann 7", " Errands\n"}},
			{"PATCH /notes/n-2", "ann", `{"title":"` + long + `"}`, call{"Retitle", "ann", "n-2", long}},
		},
	} {
		method, _, _ := strings.Cut(all[0].request, " ")
		each(t, method, func(t *testing.T) {
			for _, tt := range all {
				s := &service{note: oddNote}
				send(context.Background(), layers.NewHandler(s), tt.user, tt.request, tt.body)
				if !slices.EqualFunc(s.calls, []call{tt.want}, slices.Equal) {
					t.Fatalf("%s with the body %.50q by %q: the handler made the calls %v of its service;\nit makes one, with what the request says: %v", tt.request, tt.body, tt.user, s.calls, tt.want)
				}
			}
		})
	}
}

// Contract 10: "It sends the note that comes back, as it is": the service's note,
// whatever the request was about, with each of its fields.
func TestTheHandlerSendsTheNoteThatComesBack(t *testing.T) {
	for _, r := range requests {
		each(t, r.request, func(t *testing.T) {
			for _, note := range []layers.Note{oddNote, annsNote(), {ID: "n-1"}} {
				s := &service{note: note}
				wantNote(t, r.request, send(context.Background(), layers.NewHandler(s), "ann", r.request, r.body), note)
			}
		})
	}
}

// wantNote fails t unless the answer is a success with that note.
func wantNote(t *testing.T, request string, res *http.Response, want layers.Note) {
	t.Helper()
	status := http.StatusOK
	if strings.HasPrefix(request, "POST") {
		status = http.StatusCreated
	}
	if res.StatusCode != status {
		t.Fatalf("the service returned a note, and %s was answered %d; it is %d;\nwhether a note is in order is not the handler's to say", request, res.StatusCode, status)
	}
	if media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || media != "application/json" {
		t.Errorf("%s was answered with the Content-Type %q; it is application/json", request, res.Header.Get("Content-Type"))
	}
	got, err := decode(res)
	if err != nil {
		t.Fatalf("%s was answered with a body that is not a JSON object: %v", request, err)
	}
	all := map[string]any{"id": want.ID, "owner": want.Owner, "title": want.Title, "content": want.Content, "created": want.Created}
	for _, field := range slices.Sorted(maps.Keys(all)) {
		want := all[field]
		sent, there := got[field]
		same := sent == want
		if at, ok := want.(time.Time); ok { // in any zone
			created, err := time.Parse(time.RFC3339Nano, fmt.Sprint(sent))
			same, want = err == nil && created.Equal(at), at.Format(time.RFC3339Nano)
		}
		switch {
		case !there:
			t.Errorf("%s was answered without the field %q; the note that came back has %q there", request, field, want)
		case !same:
			t.Errorf("%s was answered with %q: %q; the note that came back has %q there", request, field, sent, want)
		}
	}
}

// decode returns the fields of the answer.
func decode(res *http.Response) (fields map[string]any, err error) {
	err = json.NewDecoder(res.Body).Decode(&fields)
	return fields, err
}

// Contract 11: "An error of the call becomes a status, however it is wrapped."
func TestTheHandlerAnswersWithWhatTheServiceSays(t *testing.T) {
	for _, says := range []struct {
		err    error
		status int
	}{
		{layers.ErrInvalid, http.StatusBadRequest},
		{layers.ErrNotFound, http.StatusNotFound},
		{layers.ErrLocked, http.StatusConflict},
		{errBroken, http.StatusInternalServerError},
		{errors.New(layers.ErrNotFound.Error()), http.StatusInternalServerError},
	} {
		each(t, fmt.Sprint(says.status, " ", says.err), func(t *testing.T) {
			for _, r := range requests {
				for _, err := range []error{says.err, fmt.Errorf("note n-1: %w", fmt.Errorf("by ann: %w", says.err)), errors.Join(errors.New("n-1"), says.err)} {
					s := &service{note: oddNote, err: err}
					res := send(context.Background(), layers.NewHandler(s), "ann", r.request, r.body)
					if len(s.calls) != 1 || res.StatusCode != says.status {
						t.Fatalf("%s: the handler made the calls %v, got the error %q and answered %d;\nit makes one call, and the status for its error is %d", r.request, s.calls, err, res.StatusCode, says.status)
					}
				}
			}
		})
	}
}

// Contract 12: "A body that is no JSON object, or in which the title, or for POST
// the content, is no text, is answered 400, without a call."
func TestTheHandlerRefusesWhatItCannotRead(t *testing.T) {
	none := []string{"", "Groceries", `{"title":"Gro`, `["Groceries"]`, `"Groceries"`, `{"title":7}`, `{"title":["Groceries"]}`}
	for _, r := range []struct {
		request string
		bodies  []string
	}{
		{"POST /notes", append(none, `{"title":"Groceries","content":7}`, `{"content":{"text":"Milk"},"title":"Groceries"}`)},
		{"PATCH /notes/n-1", none},
	} {
		each(t, r.request, func(t *testing.T) {
			for _, body := range r.bodies {
				s := &service{note: oddNote}
				res := send(context.Background(), layers.NewHandler(s), "ann", r.request, body)
				if res.StatusCode != http.StatusBadRequest || len(s.calls) > 0 {
					t.Errorf("%s with the body %q: %d, and the service got the calls %v; it is 400, without a call", r.request, body, res.StatusCode, s.calls)
				}
			}
		})
	}
}

// Contract 10: one call, "with the request's context or one derived from it": it
// has its values and ends with it.
func TestTheContextOfTheRequestReachesTheService(t *testing.T) {
	for _, r := range requests {
		each(t, r.request, func(t *testing.T) {
			ctx, cancel := context.WithCancel(context.WithValue(context.Background(), key{}, "trace"))
			defer cancel()
			s := &service{note: oddNote}
			s.during = func(given context.Context) {
				if len(s.calls) > 1 {
					return // by now the client has left
				}
				if given.Value(key{}) != "trace" {
					t.Errorf("%s: the service got a context without a value of the request's", r.request)
				}
				if given.Err() != nil {
					t.Errorf("%s: the service got a context that had ended; the client was still there", r.request)
				}
				cancel()
				if !ended(given) {
					t.Errorf("%s: the client left, and the context that the service had been given went on;\nit ends with the request's", r.request)
				}
			}
			send(ctx, layers.NewHandler(s), "ann", r.request, r.body)
			if len(s.calls) == 0 {
				t.Errorf("%s: the service was not called", r.request)
			}
		})
	}
}

// Contract 13: "Two handlers have nothing in common: each calls its own Notes."
func TestHandlersShareNothing(t *testing.T) {
	for _, r := range requests {
		each(t, r.request, func(t *testing.T) {
			anns := layers.Note{ID: "n-1", Owner: "ann", Title: "Groceries", Content: "Milk", Created: time.Now()}
			bobs := layers.Note{ID: "n-1", Owner: "bob", Title: "Errands", Content: "Bread", Created: time.Now()}
			first, second := &service{note: anns}, &service{note: bobs}
			one, two := layers.NewHandler(first), layers.NewHandler(second)
			wantNote(t, r.request, send(context.Background(), one, "ann", r.request, r.body), anns)
			wantNote(t, r.request, send(context.Background(), two, "bob", r.request, r.body), bobs)
			if len(first.calls) == 0 || len(second.calls) == 0 {
				t.Errorf("%s to two handlers: one service got the calls %v, the other %v;\neach handler calls the service that it was made with", r.request, first.calls, second.calls)
			}
		})
	}
}

// Contract: "Over HTTP all stays as it is": handler, service and store together.
func TestOverHTTPAllStaysAsItIs(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		notes := newStore()
		h := layers.NewHandler(layers.NewService(notes, ids(), time.Now))
		var kept layers.Note
		for _, step := range []struct {
			later               time.Duration
			request, user, body string
			status              int
			title               string
		}{
			{0, "POST /notes", "ann", `{"title":" Groceries ","content":"Milk"}`, http.StatusCreated, "Groceries"},
			{0, "POST /notes", "ann", `{"title":" "}`, http.StatusBadRequest, "Groceries"},
			{0, "GET /notes/n-1", "ann", "", http.StatusOK, "Groceries"},
			{0, "GET /notes/n-1", "bob", "", http.StatusNotFound, "Groceries"},
			{0, "GET /notes/n-99", "ann", "", http.StatusNotFound, "Groceries"},
			{0, "PATCH /notes/n-1", "bob", `{"title":"Mine"}`, http.StatusNotFound, "Groceries"},
			{0, "PATCH /notes/n-1", "ann", `{"title":"` + strings.Repeat("x", 81) + `"}`, http.StatusBadRequest, "Groceries"},
			{month - 1, "PATCH /notes/n-1", "ann", `{"title":"Errands "}`, http.StatusOK, "Errands"},
			{1, "PATCH /notes/n-1", "ann", `{"title":"Too late"}`, http.StatusConflict, "Errands"},
			{0, "PATCH /notes/n-1", "ann", `{"title":"Errands"}`, http.StatusConflict, "Errands"},
			{0, "PATCH /notes/n-1", "bob", `{"title":"Mine"}`, http.StatusNotFound, "Errands"},
			{month, "GET /notes/n-1", "ann", "", http.StatusOK, "Errands"},
		} {
			time.Sleep(step.later)
			res := send(context.Background(), h, step.user, step.request, step.body)
			all := notes.kept()
			kept = all["n-1"]
			if res.StatusCode != step.status || kept.Title != step.title || len(all) != 1 {
				t.Fatalf("%s with the body %s by %q: the answer is %d, and of %d notes in the store the first has the title %s;\nover HTTP it is %d, one note, %q", step.request, short(step.body), step.user, res.StatusCode, len(all), short(kept.Title), step.status, step.title)
			}
			if step.status < 300 {
				wantNote(t, step.request, res, kept)
			}
		}
	})
}
