package grade

import (
	"io"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

const (
	// archive is where a clone keeps its suites as they were committed. A program
	// built from the clone has the same.
	archive = "solutions/pristine.txtar"
	// written is where a workspace keeps what the program has written into it, the
	// suites among it.
	written = ".leakproof/written.txtar"
	// archiveLimit is some ten times what they hold.
	archiveLimit = 16 << 20
)

// OtherVersion returns a file that the archive of the clone or workspace has
// otherwise than the suite, or "": then this program is another version. A suite
// that was only edited differs from both. Without an archive nothing is known.
func OtherVersion(root string, s Suite) string {
	pristine := readArchive(onDisk(root, archive))
	if pristine == nil {
		pristine = readArchive(onDisk(root, written))
	}
	if pristine == nil {
		return ""
	}
	dirs := map[string]bool{}
	for name := range s.Files {
		dirs[path.Dir(name)] = true
	}
	for name := range pristine {
		start := name == path.Join(s.Dir, s.File) || s.Several && path.Dir(name) == s.Dir && !strings.HasSuffix(name, "_test.go") && s.Files[name] == nil
		if !dirs[path.Dir(name)] || path.Base(name) == "KATA.md" || start {
			delete(pristine, name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		if have, ok := pristine[name]; !ok || !sameText(have, s.Files[name]) {
			return name
		}
		delete(pristine, name)
	}
	if len(pristine) > 0 {
		return slices.Sorted(maps.Keys(pristine))[0] // the suite has gained it
	}
	return ""
}

// readArchive returns the files of an archive by name; none where there is no
// archive to read.
func readArchive(place string) map[string][]byte {
	info, err := os.Stat(place)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(place)
	if err != nil {
		return nil
	}
	content, err := io.ReadAll(io.LimitReader(f, archiveLimit))
	_ = f.Close() // it was only read
	if err != nil {
		return nil
	}
	files := map[string][]byte{}
	for _, f := range txtar.Parse(content).Files {
		files[f.Name] = f.Data
	}
	return files
}
