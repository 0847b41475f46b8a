package gorun

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

func TestAnOverlayIsWrittenAndItsPlacesAreTakenBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "leakproof-17")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	list, err := WriteOverlay(dir, map[string][]byte{"a/x.go": []byte("package x\n"), "a/gone.go": nil}, map[string][]byte{"a/x.go": []byte("package y\n")})
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	var overlay struct{ Replace map[string]string }
	if err := json.Unmarshal(content, &overlay); err != nil {
		t.Fatal(err)
	}
	place := overlay.Replace[filepath.FromSlash("a/x.go")]
	source, err := os.ReadFile(place)
	if err != nil || string(source) != "package x\n" {
		t.Errorf("a/x.go is %q, %v; the first set counts", source, err)
	}
	if gone, ok := overlay.Replace[filepath.FromSlash("a/gone.go")]; !ok || gone != "" {
		t.Errorf("a/gone.go is replaced by %q", gone)
	}
	if got := Unoverlay(place+":3:1: undefined: c", func(base string) string { return "a/" + base }); got != "a/x.go:3:1: undefined: c" {
		t.Errorf("the message becomes %q", got)
	}
}
