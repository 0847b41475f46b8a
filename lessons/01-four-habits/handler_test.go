package fourhabits

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// A gauge counts who is inside.
type gauge struct {
	mu         sync.Mutex
	live, peak int
}

func (g *gauge) enter() (leave func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.live++
	g.peak = max(g.peak, g.live)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.live--
	}
}

// A fakeStore answers with what its functions say; nil hangs until ctx ends.
type fakeStore struct {
	gauge
	get   func() (Note, error)
	ended time.Time // when the last call returned
}

func (s *fakeStore) Get(ctx context.Context, _ string) (Note, error) {
	defer s.enter()()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = time.Now()
	}()
	if s.get != nil {
		return s.get()
	}
	<-ctx.Done()
	return Note{}, fmt.Errorf("select * from notes_v3: %w", ctx.Err())
}

func (s *fakeStore) Create(ctx context.Context, _ Note) (Note, error) { return s.Get(ctx, "") }

func newHandler(s Store, limit int) (h *Handler, log *bytes.Buffer) {
	log = new(bytes.Buffer)
	return &Handler{s, NewBudget(limit), slog.New(slog.NewTextHandler(log, nil))}, log
}

func codeOf(t *testing.T, body io.Reader) string {
	t.Helper()
	var b struct {
		Error     struct{ Code string }
		RequestID string `json:"request_id"`
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Error(err)
	}
	if err := json.Unmarshal(text, &b); err != nil || b.RequestID == "" {
		t.Errorf("not one object of the error shape: %v\n%s", err, text)
	}
	return b.Error.Code
}

func TestTheBudgetAnswers504AfterTwoSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, log := newHandler(&fakeStore{}, 8)
		tr := serve(t, NewServer(h.Routes()))
		start := time.Now()
		res, err := newClient(tr).Get("http://notes/notes/7")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != 504 || time.Since(start) != 2*time.Second {
			t.Errorf("%d after %v", res.StatusCode, time.Since(start))
		}
		if strings.Contains(string(body), "notes_v3") || !strings.Contains(log.String(), "notes_v3") {
			t.Errorf("the detail belongs in the log and not in the answer:\n%s\n%s", body, log)
		}
		if code := codeOf(t, bytes.NewReader(body)); code != "timeout" {
			t.Errorf("code %q", code)
		}
	})
}

// postSlowly sends a note whose body takes 9 s.
func postSlowly(t *testing.T, h http.Handler) (*http.Response, error) {
	t.Helper()
	tr := serve(t, NewServer(h))
	body, send := io.Pipe()
	go func() {
		_, _ = io.WriteString(send, `{"title":`)
		time.Sleep(9 * time.Second)
		_, _ = io.WriteString(send, `"a"}`)
		_ = send.Close()
	}()
	return (&http.Client{Transport: tr}).Post("http://notes/notes", "application/json", body)
}

// The budget starts before the body, so it is over when the body is there, and
// 1 s of WriteTimeout is left for the answer.
func TestASlowBodyIsAnsweredToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, _ := newHandler(&fakeStore{}, 8)
		start := time.Now()
		res, err := postSlowly(t, h.Routes())
		if err != nil {
			t.Fatalf("after %v: %v", time.Since(start), err)
		}
		defer res.Body.Close()
		if code := codeOf(t, res.Body); res.StatusCode != 504 || code != "timeout" || time.Since(start) != 9*time.Second {
			t.Errorf("%d %s after %v", res.StatusCode, code, time.Since(start))
		}
	})
}

// A budget that starts after the body ends at 11 s, and WriteTimeout at 10 s.
func TestALateBudgetAnswersNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		res, err := postSlowly(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); err != nil {
				t.Error(err)
			}
			ctx, cancel := context.WithTimeout(r.Context(), requestBudget)
			defer cancel()
			<-ctx.Done()
			writeJSON(w, http.StatusGatewayTimeout, "timeout")
		}))
		if err == nil {
			defer res.Body.Close()
			t.Fatalf("the client read a %d", res.StatusCode)
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("the client saw %v, want a closed connection", err)
		}
	})
}

func TestTheStoreCallEndsWhenTheClientLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fakeStore{}
		h, _ := newHandler(store, 8)
		tr := serve(t, NewServer(h.Routes()))
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := fetch(ctx, newClient(tr), "http://notes/notes/7"); err == nil {
			t.Error("no error")
		}
		synctest.Wait()
		if store.live != 0 || store.ended.Sub(start) != time.Second {
			t.Errorf("the client left after 1s; the store call ended after %v", store.ended.Sub(start))
		}
	})
}

func TestErrorsBecomeOneShape(t *testing.T) {
	hidden := errors.New("pq: relation notes_v3")
	for _, tt := range []struct {
		method, body string
		store        error
		status       int
		code         string
	}{
		{"GET", "", fmt.Errorf("%w: %w", hidden, ErrNotFound), 404, "not_found"},
		{"GET", "", hidden, 500, "internal"},
		{"GET", "", fmt.Errorf("%w: %w", hidden, context.DeadlineExceeded), 504, "timeout"},
		{"GET", "", fmt.Errorf("%w: %w", hidden, context.Canceled), 500, "internal"}, // not by the caller
		{"LEFT", "", fmt.Errorf("%w: %w", hidden, context.Canceled), 499, "canceled"},
		{"POST", `{"title":""}`, nil, 400, "validation_error"},
		{"POST", `{"title":"a","colour":"red"}`, nil, 400, "validation_error"},
		{"POST", `{"title":"a"} {"title":"b"}`, nil, 400, "validation_error"},
		{"POST", `{"title":"` + strings.Repeat("a", 2<<20) + `"}`, nil, 413, "too_large"},
		{"POST", `{"title":"a"}`, hidden, 500, "internal"},
		{"POST", `{"title":"a"}`, nil, 201, ""},
		{"GET", "", nil, 200, ""},
	} {
		asked := false
		ctx, leave := context.WithCancel(t.Context())
		defer leave()
		method, left := tt.method, tt.method == "LEFT" // a GET whose caller leaves
		if left {
			method = "GET"
		}
		h, log := newHandler(&fakeStore{get: func() (Note, error) {
			asked = true
			if left {
				leave()
			}
			return Note{ID: "7"}, tt.store
		}}, 8)
		path := map[string]string{"GET": "/notes/7", "POST": "/notes", "LEFT": "/notes/7"}[tt.method]
		w := httptest.NewRecorder()
		h.Routes().ServeHTTP(w, httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(tt.body)))
		if strings.Contains(log.String(), "%!") {
			t.Errorf("%s %.30s: the log has %s", tt.method, tt.body, log)
		}
		if w.Code != tt.status {
			t.Errorf("%s %.30s %v: %d, not %d", tt.method, tt.body, tt.store, w.Code, tt.status)
		}
		if strings.Contains(w.Body.String(), "notes_v3") {
			t.Errorf("%d shows the store's text: %s", w.Code, w.Body)
		}
		if bad := tt.status == 400 || tt.status == 413; asked == bad {
			t.Errorf("%s %.30s: %d, and the store was asked: %v", tt.method, tt.body, w.Code, asked)
		}
		if n := h.calls.InUse(); n != 0 {
			t.Errorf("%d: %d slots are still in use", w.Code, n)
		}
		level := map[bool]string{true: "level=ERROR", false: "level=INFO"}[tt.status >= 500]
		if tt.code == "" {
			continue
		}
		if !strings.Contains(log.String(), level) {
			t.Errorf("%d is not logged at %s: %s", w.Code, level, log)
		}
		if tt.store != nil && !strings.Contains(log.String(), "notes_v3") {
			t.Errorf("%d: the log does not have the store's text: %s", w.Code, log)
		}
		if code := codeOf(t, w.Body); code != tt.code {
			t.Errorf("%s %.30s: code %q, not %q", tt.method, tt.body, code, tt.code)
		}
	}
}

func TestUnderPressureTheServiceStaysWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &fakeStore{}
		h, _ := newHandler(store, 8)
		tr := serve(t, NewServer(h.Routes()))
		client := newClient(tr)
		before := goleak.IgnoreCurrent()
		start := time.Now()
		var wg sync.WaitGroup
		for range 200 {
			wg.Go(func() {
				res, err := client.Get("http://notes/notes/7")
				if err != nil {
					t.Error(err)
					return
				}
				defer res.Body.Close()
				if code := codeOf(t, res.Body); res.StatusCode != 504 || code != "timeout" {
					t.Errorf("%d %q", res.StatusCode, code)
				}
				if took := time.Since(start); took != requestBudget {
					t.Errorf("answered after %v", took)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		if store.peak != 8 || store.live != 0 || h.calls.InUse() != 0 {
			t.Errorf("store calls: at most %d, now %d; slots in use %d", store.peak, store.live, h.calls.InUse())
		}
		tr.CloseIdleConnections()
		synctest.Wait()
		if err := goleak.Find(before); err != nil {
			t.Error(err)
		}

		store.get = func() (Note, error) { return Note{ID: "7"}, nil }
		res, err := client.Get("http://notes/notes/7")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if res.StatusCode != 200 {
			t.Errorf("the store is back, and a read is answered %d", res.StatusCode)
		}
	})
}
