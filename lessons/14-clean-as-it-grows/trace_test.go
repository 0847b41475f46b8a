package conventions

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// roundTrip is an http.RoundTripper.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// ids returns the request_id of each line in out, "" where there is none.
func ids(t *testing.T, out *bytes.Buffer) (all []string) {
	t.Helper()
	for line := range strings.Lines(out.String()) {
		var l struct {
			ID string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l.ID)
	}
	return all
}

// One request: two lines of the log, one call to another service, one answer.
func TestTheIDReachesEveryLineAndCall(t *testing.T) {
	const sound = "0a1b2c3d4e5f"
	for _, sent := range []string{"", sound, "short", strings.Repeat("a", 65), "12345678\nERROR"} {
		var out bytes.Buffer
		log := slog.New(IDLog{slog.NewJSONHandler(&out, nil)})
		var called string
		calls := IDCalls{roundTrip(func(r *http.Request) (*http.Response, error) {
			called = r.Header.Get(idHeader)
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		})}
		h := correlate(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			log.InfoContext(r.Context(), "handler")
			log.With("layer", "store").InfoContext(r.Context(), "store")
			req, err := http.NewRequestWithContext(r.Context(), http.MethodGet, "http://author/", nil)
			if err != nil {
				t.Error(err)
				return
			}
			res, err := calls.RoundTrip(req)
			if err != nil {
				t.Error(err)
				return
			}
			if err := res.Body.Close(); err != nil || len(req.Header) != 0 {
				t.Errorf("%v, the caller's request has the header %v", err, req.Header)
			}
		}))
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set(idHeader, sent)
		h.ServeHTTP(w, r)
		id := w.Header().Get(idHeader)
		if !soundID.MatchString(id) || (id == sent) != (sent == sound) {
			t.Errorf("%q became %q", sent, id)
		}
		if got := ids(t, &out); len(got) != 2 || got[0] != id || got[1] != id || called != id {
			t.Errorf("lines with %q, a call with %q, want %q in all", got, called, id)
		}
	}
}

// Info logs with context.Background, and so does a line without a request.
func TestALineWithoutAContextHasNoID(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(IDLog{slog.NewJSONHandler(&out, nil)})
	ctx := withRequestID(t.Context(), "0a1b2c3d")
	log.InfoContext(ctx, "with")
	log.Info("without")
	if got := ids(t, &out); len(got) != 2 || got[0] != "0a1b2c3d" || got[1] != "" {
		t.Errorf("ids %q", got)
	}
}

// forgetful embeds its handler and forgets WithAttrs, so With unwraps it.
type forgetful struct{ slog.Handler }

func (h forgetful) Handle(ctx context.Context, r slog.Record) error {
	return IDLog(h).Handle(ctx, r)
}

func TestWithUnwrapsAForgetfulHandler(t *testing.T) {
	var out bytes.Buffer
	log := slog.New(forgetful{slog.NewJSONHandler(&out, nil)})
	ctx := withRequestID(t.Context(), "0a1b2c3d")
	log.InfoContext(ctx, "as it is")
	log.With("layer", "store").InfoContext(ctx, "with")
	if got := ids(t, &out); len(got) != 2 || got[0] != "0a1b2c3d" || got[1] != "" {
		t.Errorf("ids %q, want the second one lost", got)
	}
}

// Nobody is signed in: a 401, and neither the body nor the store is touched.
func TestWithoutAUserNothingIsCreated(t *testing.T) {
	store := new(fakeStore)
	e, _ := newEdge(store)
	for _, token := range []string{"", "Bearer wrong"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(`{"title":"Milk"}`))
		r.Header.Set("Authorization", token)
		e.Routes().ServeHTTP(w, r)
		if w.Code != 401 || store.calls != 0 || !strings.Contains(w.Body.String(), `"unauthenticated"`) {
			t.Errorf("%q: %d %s, %d calls of the store", token, w.Code, w.Body, store.calls)
		}
	}
}

// Two packages with the same text as a key have the same key. A private type
// keeps them apart.
func TestATextIsNobodysKey(t *testing.T) {
	for ours, want := range map[any]string{"user": "theirs", userKey{}: "ours"} {
		ctx := context.WithValue(t.Context(), ours, "ours")
		for _, theirs := range []any{"user", struct{}{}} {
			ctx = context.WithValue(ctx, theirs, "theirs")
		}
		if got := ctx.Value(ours); got != want {
			t.Errorf("%T: %v, want %v", ours, got, want)
		}
	}
}
