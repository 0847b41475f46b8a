package layered

import (
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mustSay fails unless lesson.md has this text: the lesson prints what the
// programs answered.
func mustSay(t *testing.T, text string) {
	t.Helper()
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(lesson), text) {
		t.Errorf("lesson.md does not have what this test saw; print it there:\n%s", text)
	}
}

var quiet = slog.New(slog.DiscardHandler)

// database opens a server that has note 7, and closes the connection to it.
func database(t *testing.T) (*MemDB, *sql.DB) {
	t.Helper()
	server := NewMemDB(map[string]string{"7": "Buy milk", "9": "Call home"},
		map[string][]string{"9": {"later", "family"}})
	db := server.Open()
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return server, db
}

// keyValue has the same notes.
func keyValue() *KV {
	return NewKV(map[string]string{"note:7": "Buy milk", "note:9": "Call home",
		"tags:9": `["family","later"]`})
}

// transcript asks h for each path and notes the answers.
func transcript(h http.Handler, width int, paths ...string) string {
	var b strings.Builder
	for _, path := range paths {
		res := httptest.NewRecorder()
		h.ServeHTTP(res, httptest.NewRequest(http.MethodGet, path, nil))
		fmt.Fprintf(&b, "GET %-*s %d %s\n", width, path, res.Code, strings.TrimSpace(res.Body.String()))
	}
	return b.String()
}

// routed serves h where the clean API has its note.
func routed(h http.HandlerFunc) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", h)
	return mux
}

// inBubble runs f in virtual time.
func inBubble(t *testing.T, f func(*testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// askServer asks a real server of net/http for path, n times in a row.
func askServer(t *testing.T, h http.Handler, path string, n int) {
	t.Helper()
	ln := pipenet.Listen()
	srv := &http.Server{Handler: h, ReadHeaderTimeout: time.Second}
	tr := &http.Transport{DialContext: ln.Dial}
	client := &http.Client{Transport: tr, Timeout: 5 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()
	for range n {
		res, err := client.Get("http://notes" + path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			t.Error(err)
		}
		if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d, %v", path, res.StatusCode, err)
		}
	}
	time.Sleep(time.Second) // whatever was started on the side has its second
	tr.CloseIdleConnections()
	if err := srv.Close(); err != nil {
		t.Error(err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Error(err)
	}
}
