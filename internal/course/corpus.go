package course

import (
	"bytes"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

// Variant is one version of what the learner repairs, with the verdict it must get.
type Variant struct {
	ID            string // "start", "solution", "right-*" or "wrong-*"
	Summary       string
	Trades        string            // solution and right-*: what it gains and gives up
	RefusedBy     []string          // start and wrong-*: the tests that refuse it
	Why           string            // wrong-*: why it is wrong
	Misconception string            // wrong-*
	Pattern       string            // wrong-*: of the verdict it gets, if no other variant gets the same; else ""
	Files         map[string][]byte // by name in the kata's folder
}

// Right reports whether the suite must accept the variant.
func (v *Variant) Right() bool { return v.ID == "solution" || strings.HasPrefix(v.ID, "right-") }

// NearMisses are the wrong repairs that are worth a discussion.
func (k *Kata) NearMisses() []*Variant {
	return slices.DeleteFunc(slices.Clone(k.Variants), func(v *Variant) bool { return !strings.HasPrefix(v.ID, "wrong-") })
}

type corpusEntry struct {
	Summary, Trades, Why, Misconception string
	RefusedBy                           []string `toml:"refused_by"`
}

// loadCorpus reports whether the variants could be read.
func (l *loader) loadCorpus(k *Kata) bool {
	name := path.Join(k.ID, "corpus.toml")
	file := path.Join("solutions", name)
	src, ok := l.read(l.src.Solutions, "solutions", name)
	if !ok {
		return false
	}
	var doc map[string]corpusEntry
	if !l.decode(file, 1, src, &doc) {
		return false
	}
	variants := l.readVariants(k)
	for _, id := range slices.Sorted(maps.Keys(variants)) {
		if _, described := doc[id]; !described {
			l.problem(file, 0, "the variant %s has no entry: add [%s]", id, id)
		}
	}
	tests, headers := k.testNames(), headerLines(src)
	ids := slices.SortedFunc(maps.Keys(doc), func(a, b string) int { return strings.Compare(variantRank(a)+a, variantRank(b)+b) })
	for _, id := range ids {
		e := doc[id]
		v := &Variant{
			ID: id, Summary: e.Summary, Trades: e.Trades, RefusedBy: e.RefusedBy,
			Why: e.Why, Misconception: e.Misconception, Files: variants[id],
		}
		k.Variants = append(k.Variants, v)
		line := 0
		if at := headers["["+id+"]"]; len(at) > 0 {
			line = at[0]
		}
		l.checkVariant(k, v, tests, file, line)
	}
	l.checkCorpus(k, file)
	return true
}

// unbuilt is how each file of a variant begins: the go command does not build
// it where it lies, because it belongs in the kata's folder.
const unbuilt = "//go:build ignore\n\n"

// readVariants reads the files of a kata's variants, by the variant's id and
// the file's name in the kata's folder. A variant is ID.go, a version of the
// file to repair, or a folder ID with several files.
func (l *loader) readVariants(k *Kata) map[string]map[string][]byte {
	dir := path.Join("solutions", k.ID)
	variants := map[string]map[string][]byte{}
	entries, err := fs.ReadDir(l.src.Solutions, k.ID)
	if err != nil {
		l.problem(dir, 0, "cannot be listed: %v", err)
	}
	for _, entry := range entries {
		name := entry.Name()
		id, isFile := strings.CutSuffix(name, ".go")
		if !isFile && !entry.IsDir() || name == implementationsDir {
			continue
		}
		if variants[id] != nil {
			l.problem(path.Join(dir, id+".go"), 0, "the variant %s is a folder as well: keep one of the two", id)
			continue
		}
		variants[id] = map[string][]byte{}
		if isFile {
			variants[id][k.File] = l.readVariant(path.Join(k.ID, name))
			continue
		}
		files, err := fs.ReadDir(l.src.Solutions, path.Join(k.ID, id))
		if err != nil {
			l.problem(path.Join(dir, id), 0, "cannot be listed: %v", err)
		}
		for _, f := range files {
			variants[id][f.Name()] = l.readVariant(path.Join(k.ID, id, f.Name()))
		}
	}
	return variants
}

// readVariant reads a file of a variant as it is in the kata's folder: the
// build constraint and the empty line after it are taken off, so that its lines
// have the numbers that a verdict names.
func (l *loader) readVariant(name string) []byte {
	src, ok := l.read(l.src.Solutions, "solutions", name)
	if !ok {
		return nil
	}
	src, ok = bytes.CutPrefix(src, []byte(unbuilt))
	if !ok {
		l.problem(path.Join("solutions", name), 1, "a variant begins with the line //go:build ignore and an empty one, so that the go command leaves it alone: add them")
	}
	return src
}

func variantRank(id string) string {
	kind, _, _ := strings.Cut(id, "-")
	return map[string]string{"start": "0", "solution": "1", "right": "2", "wrong": "3"}[kind]
}

func (l *loader) checkVariant(k *Kata, v *Variant, tests []string, file string, line int) {
	if v.Files[k.File] == nil && (v.ID == "start" || len(v.Files) < 2) {
		place := v.ID + ".go"
		if len(v.Files) > 0 {
			place = path.Join(v.ID, k.File)
		}
		l.problem(file, line, "solutions/%s/%s is missing: write it or remove the entry", k.ID, place)
	}
	for _, name := range v.RefusedBy {
		if !slices.Contains(tests, name) {
			l.problem(file, line, "%s: the suite has no %s: name one of its tests", v.ID, name)
		}
	}
	switch {
	case v.ID == "start":
		if len(v.RefusedBy) == 0 {
			l.problem(file, line, "start: name in refused_by the tests that refuse it, first those that the brief is about")
		}
	case v.Right():
		if v.Summary == "" || v.Trades == "" || len(v.RefusedBy) > 0 {
			l.problem(file, line, "%s: an accepted variant needs summary and trades, and no refused_by", v.ID)
		}
	case strings.HasPrefix(v.ID, "wrong-"):
		if v.Summary == "" || v.Why == "" || len(v.RefusedBy) == 0 {
			l.problem(file, line, "%s: a near miss needs summary, why and refused_by", v.ID)
		}
		if l.course.Misconceptions[v.Misconception] == nil {
			l.problem(file, line, "%s: misconception %q is not in quiz/misconceptions: define it or correct the id", v.ID, v.Misconception)
		}
	default:
		l.problem(file, line, "unknown variant %q: use start, solution, right-NAME or wrong-NAME", v.ID)
	}
}

func (l *loader) checkCorpus(k *Kata, file string) {
	count := map[string]int{}
	for _, v := range k.Variants {
		kind, _, _ := strings.Cut(v.ID, "-")
		count[kind]++
	}
	if count["start"] != 1 || count["solution"] != 1 || count["right"] < minRight || count["wrong"] < minWrong {
		l.problem(file, 0, "a corpus has start, solution, at least %d right-* and %d wrong-*: this one has %d, %d, %d and %d",
			minRight, minWrong, count["start"], count["solution"], count["right"], count["wrong"])
	}
}
