package layers

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// milk is a valid request of ann's.
var milk = Create{
	User: "ann", Notebook: "shared", Key: "k1", Title: "Buy milk",
}

func TestASecondTapReturnsTheFirstNote(t *testing.T) {
	store := newFake()
	s := newTestService(store)
	first, err := s.Create(t.Context(), milk)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Create(t.Context(), milk)
	if err != nil || again != first || len(store.notes) != 1 {
		t.Errorf("got %v (%v), want %v alone", again, err, first)
	}
}

func TestEachRuleHoldsWithoutHTTP(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Create)
		want   error
	}{
		"no title":            {func(c *Create) { c.Title = "" }, ErrInvalid},
		"201 characters":      {func(c *Create) { c.Title = strings.Repeat("ä", 201) }, ErrInvalid},
		"200 characters":      {func(c *Create) { c.Title = strings.Repeat("ä", 200) }, nil},
		"no key":              {func(c *Create) { c.Key = "" }, ErrInvalid},
		"no user":             {func(c *Create) { c.User = "" }, ErrInvalid},
		"not hers":            {func(c *Create) { c.Notebook = "private" }, ErrForbidden},
		"key of another note": {func(c *Create) { c.Key, c.Title = "used", "Buy bread" }, ErrConflict},
		"key of another user": {func(c *Create) { c.User, c.Key = "bob", "used" }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			store := newFake()
			s := newTestService(store)
			used := milk
			used.Key = "used"
			if _, err := s.Create(t.Context(), used); err != nil {
				t.Fatal(err)
			}
			request := milk
			c.change(&request)
			_, err := s.Create(t.Context(), request)
			if !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if got, want := len(store.notes) == 1, c.want != nil; got != want {
				t.Errorf("%d notes kept", len(store.notes))
			}
		})
	}
}

// The import has no handler, and the rules are there.
func TestTheImportMeetsTheSameRules(t *testing.T) {
	store := newFake()
	long := milk
	long.Key, long.Title = "k2", strings.Repeat("x", 201)
	if err := newTestService(store).Import(t.Context(), []Create{milk, long}); !errors.Is(err, ErrInvalid) {
		t.Errorf("%v, want %v", err, ErrInvalid)
	}
	if len(store.notes) != 1 {
		t.Errorf("%d notes, want the first one alone", len(store.notes))
	}
}

// The service has no select, and its caller can leave at any time: at 5 ms
// it waits for the read, at 15 ms for the write.
func TestTheServiceLeavesWithItsCaller(t *testing.T) {
	for _, at := range ms(5, 15) {
		synctest.Test(t, func(t *testing.T) {
			db := &MemDB{Latency: 10 * time.Millisecond}
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			time.AfterFunc(at, leave)
			start := time.Now()
			_, err := newTestService(&DBStore{db, plan}).Create(ctx, milk)
			if took := time.Since(start); took != at || !errors.Is(err, context.Canceled) {
				t.Errorf("back after %v with %v, want %v", took, err, at)
			}
		})
	}
}

func TestAFailingStoreIsPassedOnWhole(t *testing.T) {
	store := newFake()
	store.err = errDown
	if _, err := newTestService(store).Create(t.Context(), milk); !errors.Is(err, errDown) {
		t.Errorf("%v, want %v in it", err, errDown)
	}
}

// creator is a service made of one function.
type creator func(context.Context, Create) (Note, error)

func (f creator) Create(ctx context.Context, c Create) (Note, error) {
	return f(ctx, c)
}

// post sends body to a handler over f and returns the answer.
func post(t *testing.T, f creator, body string) *httptest.ResponseRecorder {
	t.Helper()
	h := &Handler{f, func(*http.Request) string { return "ann" }, quiet}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notebooks/shared/notes", strings.NewReader(body))
	r.Header.Set("Idempotency-Key", "k1")
	w := httptest.NewRecorder()
	h.Routes().ServeHTTP(w, r)
	return w
}

// What goes in: everything the request says, and a deadline.
func TestTheHandlerPassesOnWhatTheRequestSays(t *testing.T) {
	want := milk
	want.Content = "two"
	w := post(t, func(ctx context.Context, c Create) (Note, error) {
		if end, ok := ctx.Deadline(); !ok || time.Until(end) > budget {
			t.Errorf("deadline %v, %v", end, ok)
		}
		if c != want {
			t.Errorf("asked for %+v, want %+v", c, want)
		}
		return Note{ID: "1", Title: c.Title, Content: c.Content}, nil
	}, `{"title":"Buy milk","content":"two"}`)
	if got, want := w.Body.String(), `{"id":"1","title":"Buy milk"}`; w.Code != 201 || got != want {
		t.Errorf("%d %s, want 201 %s", w.Code, got, want)
	}
}

// The budget counts from the top: a slow body leaves less of it.
func TestTheBudgetIsSetBeforeTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &Handler{creator(func(ctx context.Context, c Create) (Note, error) {
			if end, ok := ctx.Deadline(); !ok || time.Until(end) != budget-1500*time.Millisecond {
				t.Errorf("%v left, want what the body did not take", time.Until(end))
			}
			return Note{}, nil
		}), func(*http.Request) string { return "ann" }, quiet}
		body := slowBody{strings.NewReader(`{"title":"Buy milk"}`), 1500 * time.Millisecond}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/notebooks/shared/notes", &body)
		w := httptest.NewRecorder()
		h.Routes().ServeHTTP(w, r)
		if w.Code != 201 {
			t.Errorf("%d %s, want 201", w.Code, w.Body)
		}
	})
}

// A slowBody comes after a wait.
type slowBody struct {
	r    io.Reader
	wait time.Duration
}

func (b *slowBody) Read(p []byte) (int, error) {
	time.Sleep(b.wait)
	b.wait = 0
	return b.r.Read(p)
}

// What comes out: each of the service's errors has its status, and was
// asked for once.
func TestTheHandlerMapsWhatTheServiceSays(t *testing.T) {
	for err, want := range map[error]int{
		ErrInvalid: 400, ErrForbidden: 403, ErrConflict: 409,
		context.DeadlineExceeded: 504, context.Canceled: 499, errDown: 500,
		translate(ErrReset): 500,
	} {
		calls := 0
		w := post(t, func(context.Context, Create) (Note, error) { calls++; return Note{}, err }, `{"title":"Buy milk"}`)
		if calls != 1 {
			t.Errorf("%v: asked %d times, want once", err, calls)
		}
		if w.Code != want || strings.Contains(w.Body.String(), err.Error()) {
			t.Errorf("%v: %d %s, want %d", err, w.Code, w.Body, want)
		}
	}
}

// The handler has no rule about titles: it asks, and passes on the answer.
func TestTheHandlerHasNoRules(t *testing.T) {
	w := post(t, func(_ context.Context, c Create) (Note, error) { return Note{ID: "1"}, nil }, `{"title":""}`)
	if w.Code != 201 {
		t.Errorf("%d %s, want 201: the service said yes", w.Code, w.Body)
	}
	w = post(t, func(context.Context, Create) (Note, error) {
		t.Error("asked, though the body cannot be read")
		return Note{}, nil
	}, `{"titel":"Buy milk"}`)
	if w.Code != 400 {
		t.Errorf("%d %s, want 400", w.Code, w.Body)
	}
}
