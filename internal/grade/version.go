package grade

import (
	"io"
	"maps"
	"os"
	"path"
	"slices"

	"golang.org/x/tools/txtar"
)

// archive is where a clone keeps its suites as they were committed. A program
// built from the clone has the same.
const archive = "solutions/pristine.txtar"

// archiveLimit is some twenty times what the archive holds.
const archiveLimit = 16 << 20

// OtherVersion returns a file that the clone's archive has otherwise than the
// suite, or "": then this program was built from another version of the clone.
// A suite that was only edited differs from both. A clone without an archive
// says nothing.
func OtherVersion(root string, s Suite) string {
	pristine := readArchive(onDisk(root, archive))
	if pristine == nil {
		return ""
	}
	dirs := map[string]bool{}
	for name := range s.Files {
		dirs[path.Dir(name)] = true
	}
	for name := range pristine {
		if !dirs[path.Dir(name)] || path.Base(name) == "KATA.md" {
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
