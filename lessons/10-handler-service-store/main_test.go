package layers

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

// plan is what the tests retry by: 100, 200, 400 ms and so on, exactly.
var plan = Retry{Tries: 6, Try: 500 * time.Millisecond, Wait: 100 * time.Millisecond,
	Jitter: func(d time.Duration) time.Duration { return d }}

// fakeStore keeps notes in a map. If err is set, it says nothing else.
type fakeStore struct {
	mu    sync.Mutex
	notes map[Key]Note
	err   error
}

func (f *fakeStore) MayWrite(
	_ context.Context, _, notebook string,
) (bool, error) {
	return notebook == "shared", f.err
}

func (f *fakeStore) PutOnce(
	_ context.Context, key Key, n Note,
) (Note, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return Note{}, f.err
	}
	if _, ok := f.notes[key]; !ok {
		f.notes[key] = n
	}
	return f.notes[key], nil
}

func newFake() *fakeStore { return &fakeStore{notes: map[Key]Note{}} }

// newTestService counts its ids up: 1, 2, 3.
func newTestService(s Store) *Service {
	var mu sync.Mutex
	id := '0'
	return NewService(s, func() string {
		mu.Lock()
		defer mu.Unlock()
		id++
		return string(id)
	}, time.Now)
}

// checkStore holds a Store to what its interface promises, one call after
// another and two at once.
func checkStore(t *testing.T, s Store) {
	t.Helper()
	key := Key{"ann", "k1"}
	first, err := s.PutOnce(t.Context(), key, Note{ID: "1"})
	if err != nil || first.ID != "1" {
		t.Errorf("put: %v, %v, want note 1", first, err)
	}
	again, err := s.PutOnce(t.Context(), key, Note{ID: "2"})
	if err != nil || again.ID != "1" {
		t.Errorf("put again: %v, %v, want note 1", again, err)
	}
	other, err := s.PutOnce(t.Context(), Key{"bob", "k1"}, Note{ID: "3"})
	if err != nil || other.ID != "3" {
		t.Errorf("another user's key: %v, %v, want note 3", other, err)
	}
	ids := twoTaps(t, func(n Note) (Note, error) { return s.PutOnce(t.Context(), Key{"ann", "k2"}, n) })
	if ids[0] != ids[1] {
		t.Errorf("two at once: notes %q, want one", ids)
	}
	for notebook, want := range map[string]bool{"shared": true, "private": false} {
		if may, err := s.MayWrite(t.Context(), "ann", notebook); may != want || err != nil {
			t.Errorf("may write in %s: %v, %v, want %v", notebook, may, err, want)
		}
	}
}

func TestTheFakeKeepsTheStoresContract(t *testing.T) {
	const latency = 10 * time.Millisecond
	for _, s := range []Store{
		newFake(),
		&DBStore{&MemDB{Latency: latency}, plan},
		&DBStore{&MemDB{Latency: latency, Lost: 2}, plan},
	} {
		synctest.Test(t, func(t *testing.T) { checkStore(t, s) })
	}
}

var errDown = errors.New("database is down for maintenance")
