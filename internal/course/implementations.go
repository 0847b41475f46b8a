package course

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"example.com/leakproof/internal/gosource"
)

// Implementation is a version of the code under test of a kata whose learner
// writes the test.
type Implementation struct {
	ID    string            // "right-*": the test has to accept it; "wrong-*": to refuse it
	What  string            // what it is, as the object of a sentence
	Files map[string][]byte // by name in the kata's folder
}

// Right reports whether the test has to accept the implementation.
func (i *Implementation) Right() bool { return strings.HasPrefix(i.ID, "right-") }

// AsksForATest reports whether the learner writes a test, which is run against
// implementations, in place of code, which a suite runs.
func (k *Kata) AsksForATest() bool { return len(k.Implementations) > 0 }

const implementationsDir = "implementations"

// loadImplementations reads the implementations that the learner's test is run
// against, the one in the kata's folder first. What there is to judge of a test
// are then the implementations and the test's own habits.
func (l *loader) loadImplementations(k *Kata) {
	name := path.Join(k.ID, implementationsDir+".toml")
	file := path.Join("solutions", name)
	src, ok := l.read(l.src.Solutions, "solutions", name)
	if !ok {
		return
	}
	var what map[string]string
	if !l.decode(file, 1, src, &what) {
		return
	}
	dir := path.Join(k.ID, implementationsDir)
	entries, err := fs.ReadDir(l.src.Solutions, dir)
	if err != nil {
		l.problem(path.Join("solutions", dir), 0, "cannot be listed: %v", err)
	}
	given := k.implementation()
	for _, entry := range entries {
		id := strings.TrimSuffix(entry.Name(), ".go")
		if what[id] == "" {
			l.problem(file, 0, "the implementation %s has no entry: add %s = \"what it is\"", id, id)
		}
		one := &Implementation{ID: id, What: what[id], Files: map[string][]byte{given: l.readVariant(path.Join(dir, entry.Name()))}}
		delete(what, id)
		if one.Right() && bytes.Equal(one.Files[given], k.Suite[path.Join(k.Dir(), given)]) {
			k.Implementations = slices.Insert(k.Implementations, 0, one)
		} else {
			k.Implementations = append(k.Implementations, one)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(what)) {
		l.problem(file, 0, "there is no implementation %s: write solutions/%s/%s.go or remove the entry", id, dir, id)
	}
	if len(k.Implementations) == 0 || !bytes.Equal(k.Implementations[0].Files[given], k.Suite[path.Join(k.Dir(), given)]) {
		l.problem(path.Join("solutions", dir), 0, "no right-*.go is %s, which the learner has: copy it there", path.Join(k.Dir(), given))
	}
	place := func(one *Implementation) int { return bytes.Index(src, []byte("\n"+one.ID+" ")) }
	if len(k.Implementations) > 0 { // in the order of the file, but for the first
		slices.SortFunc(k.Implementations[1:], func(a, b *Implementation) int { return place(a) - place(b) })
	}
	k.tests = []gosource.Test{{Name: gosource.NoSleep}, {Name: gosource.NoSource}}
	for _, one := range k.Implementations {
		k.tests = append(k.tests, gosource.Test{Name: one.ID, File: path.Join("solutions", dir, one.ID+".go"), Line: 1})
	}
}

// implementation is the name of the file under test in the kata's folder.
func (k *Kata) implementation() string {
	for _, name := range slices.Sorted(maps.Keys(k.Suite)) {
		if path.Dir(name) == k.Dir() && !strings.HasSuffix(name, "_test.go") {
			return path.Base(name)
		}
	}
	return ""
}
