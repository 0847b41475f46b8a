package layers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	layers "example.com/leakproof/katas/14-layers"
	"example.com/leakproof/katas/internal/kit"
)

var errBroken = errors.New("connection reset")

// refusals are the errors that mean something to a caller.
var refusals = map[string]error{"ErrInvalid": layers.ErrInvalid, "ErrNotFound": layers.ErrNotFound, "ErrLocked": layers.ErrLocked}

// found are the names of the refusals that errors.Is finds in err.
func found(err error) (names []string) {
	for name, refusal := range refusals {
		if errors.Is(err, refusal) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// month is how long a note can have another title.
const month = 30 * 24 * time.Hour

// later is a moment that the clock of the machine does not show: in a bubble the
// year is 2000.
var later = time.Date(2035, time.May, 4, 12, 30, 0, 7, time.UTC)

// A store keeps its notes in memory.
type store struct {
	takes  time.Duration                                // how long each call takes
	before func(ctx context.Context, call string) error // runs first in each call; its error is the store's

	mu    sync.Mutex
	notes map[string]layers.Note
	puts  []layers.Note
}

func newStore(notes ...layers.Note) *store {
	s := &store{notes: map[string]layers.Note{}}
	for _, n := range notes {
		s.notes[n.ID] = n
	}
	return s
}

func (s *store) Get(ctx context.Context, id string) (layers.Note, error) {
	if err := s.begin(ctx, "Get"); err != nil {
		return layers.Note{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.notes[id]
	if !ok {
		return layers.Note{}, fmt.Errorf("store: %w", layers.ErrNotFound)
	}
	return n, nil
}

func (s *store) Put(ctx context.Context, n layers.Note) error {
	if err := s.begin(ctx, "Put"); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.puts = append(s.puts, n)
	s.notes[n.ID] = n
	return nil
}

func (s *store) begin(ctx context.Context, call string) error {
	if s.takes > 0 {
		time.Sleep(s.takes)
	}
	if s.before != nil {
		return s.before(ctx, call)
	}
	return nil
}

// kept returns the notes that are in the store now. A repair that still writes
// when its call has returned must not end the process.
func (s *store) kept() map[string]layers.Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.notes)
}

// replace is what somebody else does: the note is in the store, and nothing
// counts as written.
func (s *store) replace(n layers.Note) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notes[n.ID], s.puts = n, nil
}

// written returns what has been put into the store.
func (s *store) written() []layers.Note {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.puts)
}

// ids hands out n-1, n-2 and so on, also to several goroutines.
func ids() func() string {
	var last atomic.Int64
	return func() string { return fmt.Sprintf("n-%d", last.Add(1)) }
}

// stopped is a clock that shows one moment.
func stopped(at time.Time) func() time.Time { return func() time.Time { return at } }

// annsNote is an hour old at later.
func annsNote() layers.Note {
	return layers.Note{ID: "ann-7", Owner: "ann", Title: "Shopping", Content: " Milk,\n eggs ", Created: later.Add(-time.Hour)}
}

// A door is one way of changing or reading a note.
type door struct {
	name   string
	asks   []string // the calls of the store
	writes bool
	enter  func(ctx context.Context, s layers.Notes, user, title string) (layers.Note, error)
}

// doors all reach annsNote, or make a new one.
var doors = []door{
	{"Create", []string{"Put"}, true, func(ctx context.Context, s layers.Notes, user, title string) (layers.Note, error) {
		return s.Create(ctx, user, title, "Milk")
	}},
	{"Get", []string{"Get"}, false, func(ctx context.Context, s layers.Notes, user, _ string) (layers.Note, error) {
		return s.Get(ctx, user, "ann-7")
	}},
	{"Retitle", []string{"Get", "Put"}, true, func(ctx context.Context, s layers.Notes, user, title string) (layers.Note, error) {
		return s.Retitle(ctx, user, "ann-7", title)
	}},
}

// wantRefused fails t unless err is that refusal, and nothing has been written.
func wantRefused(t *testing.T, clause, what string, err error, want string, s *store) {
	t.Helper()
	if puts := s.written(); len(puts) > 0 {
		t.Fatalf("%s: the service put %s into the store;\nwhoever calls the service gets %s here, and nothing changes (%s)", what, show(puts...), want, clause)
	}
	if !errors.Is(err, refusals[want]) {
		t.Fatalf("%s: the service returned the error %v;\nwhoever calls the service gets one in which errors.Is finds %s (%s)", what, err, want, clause)
	}
}

func equal(a, b layers.Note) bool {
	at := a.Created.Equal(b.Created)
	a.Created, b.Created = time.Time{}, time.Time{}
	return at && a == b
}

// show tells notes apart in a message.
func show(notes ...layers.Note) string {
	var all []string
	for _, n := range notes {
		all = append(all, fmt.Sprintf("{%s of %q %s content %q created %s}", n.ID, n.Owner, short(n.Title), n.Content, n.Created.Format(time.RFC3339Nano)))
	}
	return "[" + strings.Join(all, " ") + "]"
}

// short shows a title that may be long.
func short(title string) string {
	if n := len([]rune(title)); n > 20 {
		return fmt.Sprintf("%.10q and so on, %d characters", title, n)
	}
	return fmt.Sprintf("%q", title)
}

// A service stands where the handler expects a Service. It has no rules.
type service struct {
	note   layers.Note
	err    error
	during func(ctx context.Context) // runs in each call

	mu    sync.Mutex
	calls []call
}

// A call is the name of a method and its arguments.
type call []string

func (c call) String() string {
	var args []string
	for _, arg := range c[1:] {
		args = append(args, short(arg))
	}
	return c[0] + "(" + strings.Join(args, ", ") + ")"
}

func (s *service) call(ctx context.Context, c ...string) (layers.Note, error) {
	s.mu.Lock()
	s.calls = append(s.calls, c)
	s.mu.Unlock()
	if s.during != nil {
		s.during(ctx)
	}
	return s.note, s.err
}

func (s *service) Create(ctx context.Context, user, title, content string) (layers.Note, error) {
	return s.call(ctx, "Create", user, title, content)
}

func (s *service) Get(ctx context.Context, user, id string) (layers.Note, error) {
	return s.call(ctx, "Get", user, id)
}

func (s *service) Retitle(ctx context.Context, user, id, title string) (layers.Note, error) {
	return s.call(ctx, "Retitle", user, id, title)
}

// send makes one request of the user's and returns the answer.
func send(ctx context.Context, h http.Handler, user, request, body string) *http.Response {
	method, path, _ := strings.Cut(request, " ")
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("X-User", user)
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

// requests are the three routes, each with the status of a success.
var requests = []struct {
	request, body string
	success       int
}{
	{"POST /notes", `{"title":"Groceries","content":"Milk"}`, http.StatusCreated},
	{"GET /notes/n-1", "", http.StatusOK},
	{"PATCH /notes/n-1", `{"title":"Groceries"}`, http.StatusOK},
}

// each runs f as one test for each name, in a bubble of its own.
func each(t *testing.T, name string, f func(t *testing.T)) {
	t.Run(name, func(t *testing.T) { kit.Bubble(t, f) })
}

// ended reports whether ctx ends within a minute.
func ended(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return true
	case <-time.After(time.Minute):
		return false
	}
}

// oddNote breaks every rule there is. Under the handler is a service that has
// none, so the handler has no reason to mind.
var oddNote = layers.Note{ID: "ann 7", Owner: "somebody else", Title: "  ", Content: "\n\"Milk\"", Created: time.Date(1969, time.July, 20, 20, 17, 40, 7, time.UTC)}

// wantNote fails t unless the answer is a success with that note.
func wantNote(t *testing.T, request string, res *http.Response, want layers.Note) {
	t.Helper()
	status := http.StatusOK
	if strings.HasPrefix(request, "POST") {
		status = http.StatusCreated
	}
	if res.StatusCode != status {
		t.Fatalf("the service returned a note, and %s was answered %d; it is %d;\nwhether it is in order is not the handler's to say (Restore 3)", request, res.StatusCode, status)
	}
	if media, _, err := mime.ParseMediaType(res.Header.Get("Content-Type")); err != nil || media != "application/json" {
		t.Errorf("%s was answered with the Content-Type %q; it is application/json (Keep 4)", request, res.Header.Get("Content-Type"))
	}
	var got map[string]any
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil {
		t.Fatalf("%s was answered with a body that is not a JSON object: %v (Keep 4)", request, err)
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
			t.Errorf("%s was answered without the field %q; the note that came back has %q there (Restore 3)", request, field, want)
		case !same:
			t.Errorf("%s was answered with %q: %q; the note that came back has %q there (Restore 3)", request, field, sent, want)
		}
	}
}
