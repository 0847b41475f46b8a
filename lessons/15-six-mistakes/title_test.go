package sixmistakes

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A memStore keeps the titles it was given.
type memStore struct{ titles []string }

func (s *memStore) Add(_ context.Context, n Note) error {
	s.titles = append(s.titles, n.Title)
	return nil
}

func post(t *testing.T, h http.HandlerFunc, title string) *httptest.ResponseRecorder {
	t.Helper()
	body, err := json.Marshal(Note{Title: title})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h(w, httptest.NewRequest(http.MethodPost, "/notes", strings.NewReader(string(body))))
	return w
}

var badTitles = map[string]string{"too long": strings.Repeat("é", 121), "far too long": strings.Repeat("a", 2381)}

// The rule is in the handler, and the second way in is not a handler.
func TestTheSecondWayInHasNoRules(t *testing.T) {
	for name, title := range badTitles {
		store := new(memStore)
		a := &API{quiet, store}
		if w := post(t, a.Naive, title); w.Code != http.StatusBadRequest || len(store.titles) != 0 {
			t.Errorf("%s: POST %d, %d stored, want 400 and none", name, w.Code, len(store.titles))
		}
		if err := a.MailNaive(t.Context(), title); err != nil || len(store.titles) != 1 {
			t.Errorf("%s: mail %v, %d stored, want no error and the note stored", name, err, len(store.titles))
		}
	}
}

func TestEveryWayInMeetsTheRules(t *testing.T) {
	for name, title := range badTitles {
		store := new(memStore)
		s := &Service{store}
		h := &Handlers{quiet, s}
		if w := post(t, h.Create, title); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), `"title_refused"`) {
			t.Errorf("%s: POST %d %s, want 400 title_refused", name, w.Code, w.Body)
		}
		if err := s.Mail(t.Context(), title); !errors.Is(err, ErrTitle) {
			t.Errorf("%s: mail %v, want %v", name, err, ErrTitle)
		}
		if err := s.Add(t.Context(), Note{title}); !errors.Is(err, ErrTitle) || len(store.titles) != 0 {
			t.Errorf("%s: %v, %d stored, want %v and none", name, err, len(store.titles), ErrTitle)
		}
	}
	store := new(memStore)
	s := &Service{store}
	h := &Handlers{quiet, s}
	long := strings.Repeat("é", 120)
	if w := post(t, h.Create, long); w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), long) {
		t.Errorf("a good one: %d %s", w.Code, w.Body)
	}
	if err := s.Mail(t.Context(), "Buy milk"); err != nil || len(store.titles) != 2 || store.titles[0] != long {
		t.Errorf("mail: %v, stored %q", err, store.titles)
	}
	if w := post(t, h.Create, strings.Repeat("a", maxBody)); w.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("a huge one: %d", w.Code)
	}
}
