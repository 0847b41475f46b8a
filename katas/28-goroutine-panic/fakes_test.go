package goroutinepanic_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	goroutinepanic "example.com/leakproof/katas/28-goroutine-panic"
	"example.com/leakproof/katas/internal/kit"
)

const (
	hung   = time.Hour        // a box that nobody stops works this long
	unwind = 2 * time.Second  // what a box needs to give up
	secret = "secret-7c41"    // in what boxes and store fail with: it is for the log
	fine   = "n-1"            // a note that all boxes can write about
	fatal  = "n-2"            // a note that they cannot
	origin = "(*box).explode" // what panics, as a stack has it
)

var errBox = errors.New(secret)

// A store has every note but "none".
type store struct{ panics any }

func (s store) Get(_ context.Context, id string) (goroutinepanic.Note, error) {
	switch {
	case s.panics != nil:
		panic(s.panics)
	case id == "none":
		return goroutinepanic.Note{}, fmt.Errorf("%s: %w", secret, goroutinepanic.ErrNotFound)
	}
	return goroutinepanic.Note{ID: id, Title: "Note " + id}, nil
}

// A box writes for a while. With the fatal note it then fails or panics, if it
// has something to do so with.
type box struct {
	after  time.Duration
	err    error
	panics func()
	text   string

	mu         sync.Mutex
	live, peak int
	heard      time.Duration // how long the last call had worked when it was told to stop, or -1
}

func (b *box) write(ctx context.Context, n goroutinepanic.Note) (string, error) {
	start := time.Now()
	defer b.enter()()
	select {
	case <-time.After(b.after):
	case <-ctx.Done():
		b.mu.Lock()
		b.heard = time.Since(start)
		b.mu.Unlock()
		time.Sleep(unwind)
		return "", ctx.Err()
	}
	if n.ID != fatal {
		return b.text, nil
	}
	if b.panics != nil {
		b.explode()
	}
	return b.text, b.err
}

//go:noinline
func (b *box) explode() { b.panics() }

func (b *box) enter() (leave func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.live++
	b.peak, b.heard = max(b.peak, b.live), -1
	return func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.live--
	}
}

// told returns when the last call was told to stop, -1 if it was not, and 0 if
// there was no call.
func (b *box) told() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.heard
}

func when(told time.Duration) string {
	if told < 0 {
		return "was never told to stop"
	}
	return "was told to stop at " + told.String()
}

// An answer is what a client got, and when.
type answer struct {
	Status int
	Type   string
	Body   string
	ID     string // the request's, of a failure
	At     time.Duration
	Record string // the record at ERROR that has the request's id
}

func (a answer) String() string {
	body := strings.TrimSpace(a.Body)
	if a.ID != "" {
		body = strings.ReplaceAll(body, a.ID, "...")
	}
	return fmt.Sprintf("%d %.150s at %v", a.Status, body, a.At)
}

// newSite serves pages with these boxes.
func newSite(s store, limit int, boxes ...*box) func(ctx context.Context, id string) answer {
	var all []goroutinepanic.Box
	for _, b := range boxes {
		all = append(all, b.write)
	}
	log := &records{}
	handler := goroutinepanic.NewHandler(goroutinepanic.NewService(s, limit, all...), slog.New(slog.NewJSONHandler(log, nil)))
	start := time.Now()
	return func(ctx context.Context, id string) answer {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/notes/"+id, nil))
		a := answer{Status: w.Code, Type: w.Result().Header.Get("Content-Type"), Body: w.Body.String(), At: time.Since(start)}
		_, a.ID = a.failure()
		a.Record = log.of(a.ID)
		return a
	}
}

// is tells whether a says that a request failed, and how.
func (a answer) is(status int, kind string) bool {
	got, _ := a.failure()
	return a.Status == status && a.Type == "application/json" && got == kind && a.ID != ""
}

// failure is what the body of a failure says.
func (a answer) failure() (kind, id string) {
	var body struct {
		Error string
		ID    string `json:"request_id"`
	}
	_ = json.Unmarshal([]byte(a.Body), &body) // else it is no failure
	return body.Error, body.ID
}

// records are the records of a log.
type records struct {
	mu  sync.Mutex
	all []string
}

func (r *records) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = append(r.all, string(p))
	return len(p), nil
}

// of returns the records at ERROR with this id, one to a line.
func (r *records) of(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var found string
	for _, one := range r.all {
		if id != "" && strings.Contains(one, id) && strings.Contains(one, `"level":"ERROR"`) {
			found += one
		}
	}
	return found
}

// apart has scene play in a process of its own, and returns what it saw: a panic
// that nobody recovers ends the process it is in. What the test does after apart
// happens in the suite's process only.
func apart[T any](t *testing.T, clause string, scene func(t *testing.T) T) (seen T) {
	t.Helper()
	const inChild = "GOROUTINEPANIC_SEEN"
	if file := os.Getenv(inChild); file != "" {
		found, err := json.Marshal(scene(t))
		if err == nil {
			err = os.WriteFile(file, found, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.SkipNow()
	}
	file := filepath.Join(t.TempDir(), "seen.json")
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.timeout=40s", fmt.Sprintf("-test.short=%t", testing.Short()))
	child.Env = append(os.Environ(), inChild+"="+file, "GORACE=atexit_sleep_ms=0", "GOTRACEBACK=single")
	out, err := child.CombinedOutput()
	found, unread := os.ReadFile(file)
	if err == nil && unread == nil {
		if err := json.Unmarshal(found, &seen); err != nil {
			t.Fatal(err)
		}
		return seen
	}
	t.Fatal(ended(string(out), err, clause))
	return seen
}

// ended says why a process ended.
func ended(out string, err error, clause string) string {
	_, dump, panicked := strings.Cut("\n"+out, "\npanic: ")
	_, race, raced := strings.Cut(out, "WARNING: DATA RACE")
	switch {
	case panicked && !strings.HasPrefix(dump, "test timed out"):
		what, _, _ := strings.Cut(dump, "\n")
		return fmt.Sprintf("a box panicked, and that ended the whole process: every other request is cut off (Restore 1).\nUnrecovered: panic: %s; its goroutine had come through %s",
			what, lines(dump))
	case raced:
		return fmt.Sprintf("boxes panicked at the same moment, and nothing orders what is done with the same memory:\na data race, at %s (Restore 1)", lines(race))
	}
	var told []string
	for line := range strings.Lines(out) {
		if strings.HasPrefix(line, "    ") && len(told) < 12 {
			told = append(told, strings.TrimSpace(reporter.ReplaceAllString(line, "")))
		}
	}
	return fmt.Sprintf("pages with a box that panics were requested in a process of their own; it ended with %v (%s):\n%s",
		err, clause, strings.Join(told, "\n"))
}

var (
	reporter = regexp.MustCompile(`^    \w+\.go:\d+: `)
	line     = regexp.MustCompile(`/28-goroutine-panic/([\w-]+\.go:\d+)`)
)

// lines lists the lines of the package that a stack names.
func lines(stack string) string {
	var all []string
	for _, m := range line.FindAllStringSubmatch(stack, -1) {
		if !strings.Contains(m[1], "_test.go") && !slices.Contains(all, m[1]) {
			all = append(all, m[1])
		}
	}
	return strings.Join(all, ", ")
}

// bubble plays a scene in virtual time.
func bubble[T any](scene func(t *testing.T) T) func(t *testing.T) T {
	return func(t *testing.T) (seen T) {
		kit.Bubble(t, func(t *testing.T) { seen = scene(t) })
		return seen
	}
}
