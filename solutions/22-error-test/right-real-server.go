//go:build ignore

package errortest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strings"
	"sync"
	"testing"

	errortest "example.com/leakproof/katas/22-error-test"
)

type store func(ctx context.Context) error

func (s store) Note(ctx context.Context, id string) (errortest.Note, error) {
	return errortest.Note{ID: id}, s(ctx)
}

// A record is a log that several goroutines may write to.
type record struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.lines.String()
}

// get sends a request over the network and returns everything that came back,
// and everything that was logged.
func get(t *testing.T, err error) (response, logged string) {
	t.Helper()
	log := &record{}
	server := httptest.NewServer(errortest.NewHandler(store(func(context.Context) error { return err }), slog.New(slog.NewTextHandler(log, nil))))
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/notes/1", nil)
	r.SetBasicAuth("ines", "hunter2")
	r.AddCookie(&http.Cookie{Name: "session", Value: "hunter2"})
	res, failed := server.Client().Do(r)
	if failed != nil {
		t.Fatal(failed)
	}
	out, failed := httputil.DumpResponse(res, true)
	if failed != nil {
		t.Fatal(failed)
	}
	_ = res.Body.Close()
	server.Close() // the handler has returned
	return string(out), log.String()
}

func wants(t *testing.T, text string, has, lacks []string) {
	t.Helper()
	for _, part := range has {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %q:\n%s", part, text)
		}
	}
	for _, part := range lacks {
		if strings.Contains(text, part) {
			t.Errorf("it has %q:\n%s", part, text)
		}
	}
}

var basic = "aW5lczpodW50ZXIy" // ines:hunter2

func TestMissing(t *testing.T) {
	response, logged := get(t, fmt.Errorf("SELECT title FROM notes_2024: %w", errortest.ErrNotFound))
	wants(t, response, []string{"404 Not Found", `"not_found"`}, []string{"SELECT", "notes_2024"})
	wants(t, logged, []string{"notes_2024"}, []string{"hunter2", basic})
}

func TestTimeout(t *testing.T) {
	response, logged := get(t, fmt.Errorf("10.0.3.7:5432: %w", context.DeadlineExceeded))
	wants(t, response, []string{"504 Gateway Timeout", `"timeout"`}, []string{"10.0.3.7", "deadline"})
	wants(t, logged, []string{"10.0.3.7"}, []string{"hunter2", basic})
}

func TestUnknown(t *testing.T) {
	response, logged := get(t, errors.New("disk sdb1 is full"))
	wants(t, response, []string{"500 Internal Server Error", `"internal"`}, []string{"sdb1", "full"})
	wants(t, logged, []string{"sdb1"}, []string{"hunter2", basic})
}
