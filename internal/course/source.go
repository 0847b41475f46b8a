package course

import (
	"bytes"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"
)

// Source is a version of what the learner repairs as one text: the file or,
// where there are several, a txtar archive of them. The files go by their names
// in the kata's folder.
func (k *Kata) Source(files map[string][]byte) []byte {
	if !k.Several() {
		return files[k.File]
	}
	archive := &txtar.Archive{}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: files[name]})
	}
	return txtar.Format(archive)
}

// Files are those of a [Kata.Source]. ok is false if it is none, or if it cannot
// be taken apart, because a line of a file looks like a heading of the archive.
func (k *Kata) Files(source []byte) (files map[string][]byte, ok bool) {
	if !k.Several() {
		return map[string][]byte{k.File: source}, true
	}
	files = map[string][]byte{}
	for _, f := range txtar.Parse(source).Files {
		if files[f.Name] != nil || !k.Repairs(f.Name) {
			return nil, false
		}
		files[f.Name] = f.Data
	}
	return files, bytes.Equal(k.Source(files), source)
}

// Repairs reports whether a file of that name in the kata's folder is one that
// the learner repairs, or may add.
func (k *Kata) Repairs(name string) bool {
	if !k.Several() {
		return name == k.File
	}
	_, suite := k.Suite[path.Join(k.Dir(), name)]
	return !suite && path.Base(name) == name && !strings.ContainsAny(name, `\:`) && name[0] != '.' && name[0] != '_' &&
		strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go")
}
