package progress_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/internal/progress"
)

// known are the kinds that a history holds.
var known = []progress.Kind{
	progress.KindRead, progress.KindAnswer, progress.KindVerdict, progress.KindHint, progress.KindReset,
	progress.KindRestore, progress.KindTestOut, progress.KindTick, progress.KindClock,
}

// FuzzAnyLineMeansWhatItSays: a line is read as the JSON parser reads it, also after another line that differs from it in the
// time and the hash alone.
func FuzzAnyLineMeansWhatItSays(f *testing.F) {
	for _, line := range []string{
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"answer","question":"q","revision":2,"right":true,"choice":[1]}`,
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"verdict","kata":"k","status":"fail","hash":"abc","failed":["TestA"]}`,
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"verdict","kata":"k","x":{"hash":"abc"},"hash":"def"}`,
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"verdict","kata":"k","at":"2026-03-02T08:00:00Z"}`,
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"verdict","kata":"k","AT":"2026-03-02T08:00:00Z"}`,
		`{"v":1,"at":"2026-03-01T08:00:00Z","kind":"answer","x":"\"hash\":\"","hash":"1"}`,
		`{"v":1,"at":"2026-03-01T08:00:00+25:00","kind":"answer"}`,
		`{"v":1,"at":"","kind":"answer"}`, `{"v":1,"at":"`, `{"kind":"answer","v":1}`,
	} {
		f.Add([]byte(line), "2026-04-05T06:07:08.9Z", "0f")
	}
	f.Fuzz(func(t *testing.T, line []byte, at, hash string) {
		if bytes.ContainsAny(line, "\n\r") || bytes.Contains(line, []byte(`"v":2`)) {
			return
		}
		// The line, the same at another time, and the same of another hash.
		second := bytes.Replace(line, []byte("2026-03-01T08:00:00Z"), []byte(at), 1)
		third := bytes.Replace(second, []byte(`"hash":"abc"`), fmt.Appendf(nil, `"hash":"%s"`, hash), 1)
		if bytes.ContainsAny(third, "\n\r") {
			return
		}
		var want []progress.Event
		for _, l := range [][]byte{line, second, third} {
			var e struct {
				V int `json:"v"`
				progress.Event
			}
			if json.Unmarshal(l, &e) == nil && e.V == 1 && slices.Contains(known, e.Kind) {
				want = append(want, e.Event)
			}
		}
		dir := fileOf(t, string(slices.Concat(line, []byte("\n"), second, []byte("\n"), third, []byte("\n"))))
		log, err := progress.Open(dir)
		if err != nil {
			return // of a newer program
		}
		got := slices.Collect(log.State().History())
		same := cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) })
		if diff := cmp.Diff(want, got, same); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// TestALogOfManyYearsIsSmallInMemory: what a log says again costs next to nothing.
func TestALogOfManyYearsIsSmallInMemory(t *testing.T) {
	const events = 50_000
	dir := t.TempDir()
	var text bytes.Buffer
	at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	for n := range events {
		fmt.Fprintf(&text, `{"v":1,"at":"%s","kind":"answer","lesson":"13-fan-out-safely","question":"q-%d","revision":1,"choice":[%d]}`+"\n",
			at.Add(time.Duration(n)*time.Minute).Format(time.RFC3339Nano), n%130, n%4)
	}
	if err := os.WriteFile(filepath.Join(dir, "progress.jsonl"), text.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	log, err := progress.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if n := len(slices.Collect(log.State().History())); n != events {
		t.Fatalf("%d events, want %d", n, events)
	}
	if each := (after.TotalAlloc - before.TotalAlloc) / events; each > 400 {
		t.Errorf("reading allocates %d bytes for an event, want at most 400", each)
	}
	if each := (after.Mallocs - before.Mallocs) / events; each > 0 {
		t.Errorf("reading takes %d allocations for an event, want less than one", each)
	}
}
