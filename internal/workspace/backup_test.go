package workspace

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestASaveDuringAResetIsKept: an editor saves in each of the moments in which a reset has the file in its hands, by a rename or
// in place. Every version is in a backup, or is the file.
func TestASaveDuringAResetIsKept(t *testing.T) {
	for name, save := range map[string]func(path, text string) error{
		"by rename": func(path, text string) error {
			if err := os.WriteFile(path+"~", []byte(text), 0o644); err != nil {
				return err
			}
			return os.Rename(path+"~", path)
		},
		"in place": func(path, text string) error { return os.WriteFile(path, []byte(text), 0o644) },
	} {
		for moment := range 2 {
			t.Run(fmt.Sprint(name, ", moment ", moment+1), func(t *testing.T) {
				w, k := clone(t)
				write(t, w.Path(k), "before")
				moments := 0
				w.meanwhile = func() {
					if moments++; moments == moment+1 {
						if err := save(w.Path(k), "saved meanwhile"); err != nil {
							t.Error(err)
						}
					}
				}
				backups, err := w.Reset(k, noon)
				if err != nil {
					t.Fatal(err)
				}
				requireContent(t, w.Path(k), string(k.Start()))
				requireContent(t, backups[len(backups)-1], "saved meanwhile")
				if restored, _, err := w.Undo(k, noon); err != nil || restored != backups[len(backups)-1] {
					t.Errorf("undo restores %q, %v; want the last save", restored, err)
				}
			})
		}
	}
}

// TestAnEditorThatIsStillWritingWritesToTheBackup: it opened the file before the reset.
func TestAnEditorThatIsStillWritingWritesToTheBackup(t *testing.T) {
	w, k := clone(t)
	write(t, w.Path(k), "before")
	f, err := os.OpenFile(w.Path(k), os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		t.Fatal(err)
	}
	backups, err := w.Reset(k, noon)
	if err != nil || len(backups) != 1 {
		t.Fatalf("%q, %v", backups, err)
	}
	if _, err := f.WriteString("the rest of a save"); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	requireContent(t, w.Path(k), string(k.Start()))
	requireContent(t, backups[0], "the rest of a save")
}

func TestBackupsAreBoundedAndTheNewestNeverGoes(t *testing.T) {
	w, k := clone(t)
	for n := range MaxBackups + 5 {
		write(t, w.Path(k), fmt.Sprint("version ", n))
		if _, err := w.Reset(k, noon.Add(-time.Duration(n)*time.Hour)); err != nil { // on a clock that goes back
			t.Fatal(err)
		}
		if err := w.Tidy(k); err != nil {
			t.Fatal(err)
		}
	}
	names, err := w.written(k.ID)
	if err != nil || len(names) != MaxBackups {
		t.Fatalf("%d backups, want %d: %v", len(names), MaxBackups, err)
	}
	for i, n := range map[int]int{0: 5, MaxBackups - 1: MaxBackups + 4} {
		requireContent(t, filepath.Join(w.Backup, k.ID, names[i], filepath.FromSlash(k.Path())), fmt.Sprint("version ", n))
	}
	if _, _, err := w.Undo(k, noon.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	requireContent(t, w.Path(k), fmt.Sprint("version ", MaxBackups+4))
}

// TestNothingIsLeftBesideTheFile: neither of a reset nor of one that an editor got in the way of.
func TestNothingIsLeftBesideTheFile(t *testing.T) {
	w, k := clone(t)
	saves := 0
	w.meanwhile = func() {
		if saves++; saves < 6 {
			write(t, w.Path(k), fmt.Sprint("save ", saves))
		}
	}
	backups, err := w.Reset(k, noon)
	if err != nil || len(backups) != 0 { // nothing was stale
		t.Fatalf("%q, %v", backups, err)
	}
	write(t, w.Path(k), "mine")
	if backups, err = w.Reset(k, noon); err != nil || len(backups) < 3 {
		t.Fatalf("%q, %v", backups, err)
	}
	entries, err := os.ReadDir(filepath.Dir(w.Path(k)))
	if err != nil || slices.ContainsFunc(entries, func(e os.DirEntry) bool {
		return strings.HasPrefix(e.Name(), ".") || strings.HasSuffix(e.Name(), "replaced")
	}) {
		t.Errorf("%v, %v", entries, err)
	}
	for i, b := range backups {
		if i > 0 && filepath.Dir(b) <= filepath.Dir(backups[i-1]) {
			t.Errorf("%s does not come after %s", b, backups[i-1])
		}
	}
}

func TestAnAttemptOnAClockThatWasPutBackIsTheNewest(t *testing.T) {
	w, k := clone(t)
	for n := range maxAttempts + 10 {
		if err := w.Keep(k, fmt.Append(nil, n), noon.Add(-time.Duration(n)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		requireKept(t, w, k, fmt.Sprint(n), true)
	}
	requireKept(t, w, k, "9", false)
	requireKept(t, w, k, "10", true)
}
