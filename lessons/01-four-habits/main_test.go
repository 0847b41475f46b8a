package fourhabits

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// mustSay fails unless lesson.md has this text: the lesson prints what the
// programs measured.
func mustSay(t *testing.T, texts ...string) {
	t.Helper()
	lesson, err := os.ReadFile("lesson.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if !strings.Contains(string(lesson), text) {
			t.Errorf("lesson.md does not have what this test measured; print it there:\n%s", text)
		}
	}
}

// serve runs srv for one bubble and returns a transport to it.
func serve(t *testing.T, srv *http.Server) *http.Transport {
	t.Helper()
	tr := &http.Transport{DialContext: pipenet.Serve(t, srv).Dial}
	t.Cleanup(tr.CloseIdleConnections)
	return tr
}
