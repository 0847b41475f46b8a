package course

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"example.com/leakproof/internal/gosource"
)

// Kata is one broken piece of the notes API with everything that decides
// whether it is repaired.
type Kata struct {
	ID        string // "23-leaky-fanout", the folder's name
	Number    int
	Name      string // "leaky-fanout"
	Title     string
	Minutes   int
	File      string   // the file to repair, in the kata's folder, or the first to open: see [Kata.Several]
	Lessons   []string // that it needs, by id
	Practises []string
	Capstone  bool // the whole service: its brief may be longer

	Brief
	Hints []Hint

	Variants []*Variant
	Tests    map[string]*TestPurpose // by the test's name
	// Implementations are what a learner's test is run against, where the file to
	// write is a test; the first is the one in the kata's folder. They are then the
	// tests of the kata, with gosource.NoSleep and gosource.NoSource.
	Implementations []*Implementation
	// Suite holds the pristine files that a verdict rests on, by their path
	// below the module root: the tests, what they need, and the suite kit.
	Suite map[string][]byte
	// Modules holds the go.mod and go.sum that the suite is built with, by these
	// names; all katas share them.
	Modules map[string][]byte

	file  string
	tests []gosource.Test // of the suite
}

// Hint is one tier of help.
type Hint struct {
	Title string
	Text  string // Markdown
}

// TestPurpose is what a test of a suite stands for.
type TestPurpose struct {
	Misconception string   // the belief that its failure speaks of
	Said          string   // what such a failure's message has in it; "" if every one speaks of it
	Lesson        *Lesson  // that corrects it
	Section       *Section // of Lesson

	place string // "lesson/section"
	line  int
}

// Dir is the kata's folder below the module root.
func (k *Kata) Dir() string { return path.Join("katas", k.ID) }

// After is the lesson that the kata stands after: the last one that it needs.
func (k *Kata) After() string {
	if len(k.Lessons) == 0 {
		return ""
	}
	return slices.Max(k.Lessons)
}

// Several reports whether the learner repairs all Go files of the folder that
// are not of the suite, rather than one: the start is a folder then.
func (k *Kata) Several() bool { return len(k.Variant("start").Files) > 1 }

// Path is the file to repair, below the module root.
func (k *Kata) Path() string { return path.Join(k.Dir(), k.File) }

// Repaired is what the learner repairs, below the module root: the file, or the
// folder.
func (k *Kata) Repaired() string {
	if k.Several() {
		return k.Dir()
	}
	return k.Path()
}

// Variant returns the variant with that id, or nil.
func (k *Kata) Variant(id string) *Variant {
	return find(k.Variants, func(v *Variant) bool { return v.ID == id })
}

// Start is the [Kata.Source] that every learner gets.
func (k *Kata) Start() []byte { return k.Source(k.Variant("start").Files) }

// TestSource is the source of a test of the suite, with its file below the
// module root and its first line. ok is false if there is no such test.
func (k *Kata) TestSource(name string) (file string, line int, source string, ok bool) {
	for _, test := range k.tests {
		if test.Name != name {
			continue
		}
		for _, one := range k.Implementations {
			if one.ID == name {
				return test.File, test.Line, string(one.Files[k.implementation()]), true
			}
		}
		parsed, err := gosource.Parse(test.File, k.Suite[test.File])
		if err != nil {
			break
		}
		for _, d := range parsed.Decls {
			if d.Func && d.Names[0] == name {
				return test.File, d.Line, d.Source, true
			}
		}
	}
	return "", 0, "", false
}

func (k *Kata) testNames() []string {
	var names []string
	for _, test := range k.tests {
		names = append(names, test.Name)
	}
	return names
}

// Hash identifies a version of what the learner repairs, by its [Kata.Source].
func Hash(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// StartHash is the [Hash] of the start.
func (k *Kata) StartHash() string { return Hash(k.Start()) }

// Alternatives are the further repairs that the suite accepts.
func (k *Kata) Alternatives() []*Variant {
	return slices.DeleteFunc(slices.Clone(k.Variants), func(v *Variant) bool { return !strings.HasPrefix(v.ID, "right-") })
}

const (
	// Archive is the name of the archive in the folder solutions.
	Archive = "pristine.txtar"
	// End is the name of the archive's last file. Without it the archive was cut off.
	End    = "end"
	kitDir = "katas/internal/kit/"
)

func (l *loader) loadKatas() {
	archive, ok := l.read(l.src.Solutions, "solutions", Archive)
	if !ok {
		return
	}
	files := txtar.Parse(archive).Files
	if len(files) == 0 || files[len(files)-1].Name != End || len(files[len(files)-1].Data) > 0 {
		l.problem(path.Join("solutions", Archive), bytes.Count(archive, []byte("\n")), "it is cut off, or something was added to it: restore it, for example with git checkout, or write it anew with go generate ./solutions")
		return
	}
	modules := map[string][]byte{}
	for _, f := range files {
		if f.Name == "go.mod" || f.Name == "go.sum" {
			modules[f.Name] = f.Data
		}
	}
	if len(modules) < 2 {
		l.problem(path.Join("solutions", Archive), 0, "it has no go.mod or no go.sum: write it anew with go generate ./solutions")
	}
	var briefs []txtar.File
	for _, f := range files {
		if path.Base(f.Name) == "KATA.md" {
			briefs = append(briefs, f)
		}
	}
	katas := make([]*Kata, len(briefs))
	l.each(len(briefs), func(l *loader, i int) { katas[i] = l.loadKata(briefs[i], files, modules) })
	l.course.Katas = slices.DeleteFunc(katas, func(k *Kata) bool { return k == nil })
}

// loadKata reads a kata from its brief, the files of the archive that its
// suite needs, and its corpus. It is nil if the brief or the suite cannot be
// read.
func (l *loader) loadKata(brief txtar.File, files []txtar.File, modules map[string][]byte) *Kata {
	file, dir := brief.Name, path.Base(path.Dir(brief.Name))
	var head struct {
		Title, Kind, File  string
		Minutes            int
		Capstone           bool
		Lessons, Practises []string
	}
	body, line, ok := l.frontMatter(file, brief.Data, &head)
	if !ok {
		return nil
	}
	k := &Kata{
		ID: dir, Title: head.Title, Minutes: head.Minutes, File: head.File,
		Lessons: head.Lessons, Practises: head.Practises, Suite: map[string][]byte{}, Modules: modules, file: file, Capstone: head.Capstone,
	}
	if k.Number, k.Name, ok = numbered(dir); !ok {
		l.problem(file, 0, "the folder's name must be two digits, a dash and a name, such as 23-leaky-fanout: rename it")
	}
	if head.Title == "" || head.File == "" || head.Minutes <= 0 {
		l.problem(file, 1, "the front matter needs title, file and minutes (over 0)")
	}
	for _, f := range files {
		if f.Name != file && (strings.HasPrefix(f.Name, k.Dir()+"/") || strings.HasPrefix(f.Name, kitDir)) {
			k.Suite[f.Name] = f.Data
		}
	}
	switch head.Kind {
	case "test":
		l.loadImplementations(k)
	case "":
		suite, err := gosource.ReadSuite(k.Dir(), k.Suite)
		if err != nil {
			l.problems = append(l.problems, syntaxProblem(k.Dir(), err))
			return nil
		}
		k.tests = suite.Tests
	default:
		l.problem(file, 1, "unknown kind %q: remove it, or use test, where the learner writes the test", head.Kind)
	}
	l.parseBrief(k, body, line)
	if l.loadCorpus(k) {
		l.loadPatterns(k)
	}
	l.loadTests(k)
	return k
}

// loadPatterns reads by what the near misses are recognised: a file that the
// test of the corpus writes.
func (l *loader) loadPatterns(k *Kata) {
	name := path.Join(k.ID, "patterns.toml")
	src, ok := l.read(l.src.Solutions, "solutions", name)
	if !ok {
		return
	}
	var patterns map[string]string
	file := path.Join("solutions", name)
	if !l.decode(file, 1, src, &patterns) {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(patterns)) {
		v := k.Variant(id)
		if v == nil {
			l.problem(file, 0, "there is no variant %s: write the file anew with go test ./solutions -update", id)
			continue
		}
		v.Pattern = patterns[id]
	}
}

// Recognise returns the near miss that gets verdicts of this pattern, or nil.
func (k *Kata) Recognise(pattern string) *Variant {
	return find(k.Variants, func(v *Variant) bool { return pattern != "" && v.Pattern == pattern })
}

// Behind is what a test's failure with this message stands for, nil where that
// is not known.
func (k *Kata) Behind(test, message string) *TestPurpose {
	if t := k.Tests[test]; t != nil && strings.Contains(message, t.Said) {
		return t
	}
	return nil
}

// says tells whether a message of the suite may have this text.
func (k *Kata) says(text string) bool {
	for _, src := range k.Suite {
		if bytes.Contains(src, []byte(text)) {
			return true
		}
	}
	return text == ""
}

// testsFile is where the purposes of a kata's tests are.
func testsFile(k *Kata) string { return path.Join("solutions", k.ID, "tests.toml") }

func (l *loader) loadTests(k *Kata) {
	file := testsFile(k)
	src, ok := l.read(l.src.Solutions, "solutions", path.Join(k.ID, "tests.toml"))
	if !ok {
		return
	}
	var doc map[string]struct{ Misconception, Section, Said string }
	if !l.decode(file, 1, src, &doc) {
		return
	}
	headers, suite := headerLines(src), k.testNames()
	k.Tests = map[string]*TestPurpose{}
	for _, name := range slices.Sorted(maps.Keys(doc)) {
		t := &TestPurpose{Misconception: doc[name].Misconception, Said: doc[name].Said, place: doc[name].Section}
		if at := headers["["+name+"]"]; len(at) > 0 {
			t.line = at[0]
		}
		if !slices.Contains(suite, name) {
			l.problem(file, t.line, "the suite has no %s: name one of its tests", name)
		}
		if l.course.Misconceptions[t.Misconception] == nil {
			l.problem(file, t.line, "misconception %q is not in quiz/misconceptions: define it or correct the id", t.Misconception)
		}
		if !k.says(t.Said) {
			l.problem(file, t.line, "no file of the suite has the text %q: correct what said names", t.Said)
		}
		k.Tests[name] = t
	}
	for _, name := range suite {
		if k.Tests[name] == nil {
			l.problem(file, 0, "%s has no entry: add [%s] with misconception and section", name, name)
		}
	}
}
