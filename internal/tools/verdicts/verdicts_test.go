package verdicts

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// key is one that entries are kept under; any name of a file does.
const key = "0123456789abcdef"

// userCache makes a folder of the test's the user's cache folder.
func userCache(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
		t.Setenv(name, home)
	}
	t.Setenv(Variable, "")
	t.Setenv("CI", "")
}

func TestOnlyWhatWasKeptIsThere(t *testing.T) {
	userCache(t)
	c := Open()
	if c.Has(key) {
		t.Error("an empty cache has an entry")
	}
	c.Keep(key)
	if again := Open(); !c.Has(key) || !again.Has(key) {
		t.Error("what was kept is not there")
	}
	if c.Has("f" + key[1:]) {
		t.Error("it has a key that was never kept")
	}
}

func TestItIsSwitchedOff(t *testing.T) {
	for name, value := range map[string]string{Variable: "off", "CI": "true"} {
		t.Run(name, func(t *testing.T) {
			userCache(t)
			on := Open()
			on.Keep(key)
			t.Setenv(name, value)
			off := Open()
			if off.Has(key) {
				t.Error("it remembers")
			}
			off.Keep("f" + key[1:])
			if on.Has("f" + key[1:]) {
				t.Error("it keeps")
			}
		})
	}
}

func TestADamagedEntryIsNone(t *testing.T) {
	userCache(t)
	c := Open()
	c.Keep("f" + key[1:])
	other, err := os.ReadFile(filepath.Join(c.dir, "f"+key[1:]))
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"empty": "", "cut off": key[:7], "no end": key, "more": key + "\n\n", "another's": string(other), "zeros": strings.Repeat("\x00", len(key)+1),
	} {
		if err := os.WriteFile(filepath.Join(c.dir, key), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if c.Has(key) {
			t.Errorf("%s: the entry counts", name)
		}
	}
	if c.Keep(key); !c.Has(key) {
		t.Error("a damaged entry is not replaced")
	}
}

func TestAFolderThatCannotBeUsedOnlyCostsTime(t *testing.T) {
	t.Run("a file is in its place", func(t *testing.T) {
		userCache(t)
		c := Open()
		if err := os.MkdirAll(filepath.Dir(c.dir), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(c.dir, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		c = Open()
		if c.Keep(key); c.Has(key) {
			t.Error("it remembers")
		}
	})
	t.Run("a folder is in an entry's place", func(t *testing.T) {
		userCache(t)
		c := Open()
		if err := os.MkdirAll(filepath.Join(c.dir, key), 0o700); err != nil {
			t.Fatal(err)
		}
		if c.Keep(key); c.Has(key) {
			t.Error("it remembers")
		}
	})
	t.Run("no right to read or write", func(t *testing.T) {
		if runtime.GOOS == "windows" || os.Getuid() == 0 {
			t.Skip("nothing is forbidden to this user: the cases above stand in")
		}
		userCache(t)
		c := Open()
		c.Keep(key)
		if err := os.Chmod(c.dir, 0); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(c.dir, 0o700) }) // so that the folder can be removed
		c = Open()
		if c.Keep("f" + key[1:]); c.Has(key) || c.Has("f"+key[1:]) {
			t.Error("it remembers")
		}
	})
	t.Run("no cache folder", func(t *testing.T) {
		userCache(t)
		for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LocalAppData"} {
			t.Setenv(name, "")
		}
		c := Open()
		if c.Keep(key); c.Has(key) {
			t.Error("it remembers")
		}
	})
}

func TestItsSizeIsBounded(t *testing.T) {
	userCache(t)
	c := Open()
	keys := []string{"a", "b", "c", "d"}
	for i, key := range keys {
		c.Keep(key)
		at := time.Now().Add(time.Duration(i-10) * time.Hour)
		if err := os.Chtimes(filepath.Join(c.dir, key), at, at); err != nil {
			t.Fatal(err)
		}
	}
	if !c.Has("a") { // which is a use
		t.Fatal("an entry is not there")
	}
	c.trim(2)
	for i, want := range []bool{true, false, false, true} {
		if c.Has(keys[i]) != want {
			t.Errorf("%s is there: %v, want %v", keys[i], !want, want)
		}
	}
}
