package gorun

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
)

// WriteOverlay writes files for the go command's -overlay flag below dir, and
// returns the path of its JSON file. They go by their slash path below the
// module root; nil takes a file out of the build. Where several sets have the
// same file, the first counts.
func WriteOverlay(dir string, sets ...map[string][]byte) (string, error) {
	// Keys are relative to the module root, where the go command runs: an
	// absolute path could reach the same folder by another name.
	replace := map[string]string{}
	for _, files := range sets {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			key, content := filepath.FromSlash(name), files[name]
			if _, done := replace[key]; done {
				continue
			}
			if content == nil {
				replace[key] = ""
				continue
			}
			place := filepath.Join(dir, fmt.Sprintf("%d_%s", len(replace), path.Base(name)))
			if err := os.WriteFile(place, content, 0o600); err != nil {
				return "", err
			}
			replace[key] = place
		}
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, list, 0o600)
}

// overlaid is where [WriteOverlay] writes a file, in a [Machine.TempFolder].
var overlaid = regexp.MustCompile(`\S*[/\\]leakproof-\d+[/\\]\d+_([\w.-]+\.go)`)

// Unoverlay replaces the places of overlay files in what a build says: the
// compiler tells where it read them. The function gets a file's base name.
func Unoverlay(said string, file func(base string) string) string {
	return overlaid.ReplaceAllStringFunc(said, func(place string) string {
		return file(overlaid.FindStringSubmatch(place)[1])
	})
}
