//go:build unix

package grade

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/leakproof/internal/explain"
)

// TestFilesThatAreNoneAreNamed would hang, or fill the memory, if one of them
// were read.
func TestFilesThatAreNoneAreNamed(t *testing.T) {
	kinds := map[string]func(place string) error{
		"it is a named pipe": func(place string) error { return syscall.Mkfifo(place, 0o600) },
		"it is a device":     func(place string) error { return os.Symlink("/dev/zero", place) },
		"it is a folder":     func(place string) error { return os.Mkdir(place, 0o700) },
		"it has more than 1 MiB": func(place string) error {
			return errors.Join(os.WriteFile(place, nil, 0o600), os.Truncate(place, 50<<20))
		},
		"too many levels of symboli": func(place string) error { return os.Symlink(filepath.Base(place), place) },
	}
	for name, summary := range map[string]string{
		testFile:                        "`leakproof reset 23`",
		testSuite:                       "`leakproof reset 23`",
		testKit:                         "`leakproof reset 23`",
		testDir + "/more.go":            "remove it",
		testDir + "/more_test.go":       "remove it",
		"katas/internal/other/other.go": "remove it",
	} {
		for said, put := range kinds {
			t.Run(name+" "+said, func(t *testing.T) {
				b := newBench(t, nil)
				b.write(map[string]string{
					testDir + "/uses.go":           "package leakyfanout\n\nimport _ \"example.com/workbook/katas/internal/other\"\n",
					"katas/internal/other/good.go": "package other\n",
				})
				b.remove(name)
				if err := put(onDisk(b.root, name)); err != nil {
					t.Fatal(err)
				}
				if said == "it is a folder" && !strings.Contains(summary, "reset") {
					if p := newTestPlan(t, b); len(p.trouble) != 0 {
						t.Errorf("a folder called %s: %q", name, p.trouble)
					}
					return
				}
				v := b.want(explain.Unavailable, name, said, summary)
				if strings.Contains(v.Summary, b.root) {
					t.Errorf("the clone's place shows: %s", v.Summary)
				}
			})
		}
	}
}

// TestEditorsFilesAreNobodysBusiness: those that end in .go are ignored by the go
// command.
func TestEditorsFilesAreNobodysBusiness(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{
		testDir + "/4913": "", testDir + "/notes.go~": "x", testDir + "/.notes.go.swp": "x", testDir + "/#notes.go#": "x",
		testDir + "/_old.go": "not Go", testDir + "/.hidden_test.go": "not Go",
	})
	for place, to := range map[string]string{
		testDir + "/.#notes.go": "somebody@machine.123:456", "katas/internal/kit/.#kit.go": "somebody@machine.123:456",
	} {
		if err := os.Symlink(to, onDisk(b.root, place)); err != nil {
			t.Fatal(err)
		}
	}
	v := b.want(explain.Pass)
	if len(v.Notes) != 0 {
		t.Errorf("notes %q", v.Notes)
	}
}
