package explain

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/gosource"
)

// Subject is what a run of tests is about, and how it runs.
type Subject struct {
	Dir    string            // the kata's folder, as a slash path below the module root
	File   string            // the file to repair, likewise
	Suite  map[string][]byte // the pristine files that the verdict rests on, by slash path
	Answer map[string][]byte // the learner's files, by slash path
	Tests  []gosource.Test   // the tests that have to pass
	Canary Canary

	Repeat      int           // how often each test runs
	Limit       time.Duration // of the tests
	MemoryLimit int64         // bytes
}

// Canary is a test of the grader's own, which proves that a failure would have
// been heard. The learner is not told of it.
type Canary struct {
	Host string // the test that runs the canary; passes
	Name string // the canary itself; fails
	File string // name of its file
}

// isLearners tells whether a slash path below the root is the learner's.
func (s *Subject) isLearners(file string) bool {
	_, pristine := s.Suite[file]
	return path.Dir(file) == s.Dir && !pristine && !s.isCanary(file)
}

// suiteFile finds a file of the suite by its name alone, the kata's own first.
func (s *Subject) suiteFile(name string) string {
	if own := path.Join(s.Dir, name); s.Suite[own] != nil {
		return own
	}
	for _, file := range slices.Sorted(maps.Keys(s.Suite)) {
		if path.Base(file) == name {
			return file
		}
	}
	return ""
}

var frame = regexp.MustCompile(`(?m)^\s+(\S.*\.go):(\d+)`)

// learnerLine is the first position in a stack dump or race report that is in
// the kata and not in its suite, as "katas/NN-name/notes.go:12".
func (s *Subject) learnerLine(dump string) string {
	for _, match := range frame.FindAllStringSubmatch(dump, -1) {
		if file := s.inModule(match[1]); path.Dir(file) == s.Dir && s.Suite[file] == nil && !s.isCanary(file) {
			return file + ":" + match[2]
		}
	}
	return ""
}

// suiteLine is the first position in a stack dump that is in the kata's suite.
func (s *Subject) suiteLine(dump string) (file string, line int) {
	for _, match := range frame.FindAllStringSubmatch(dump, -1) {
		if file := s.inModule(match[1]); path.Dir(file) == s.Dir && s.Suite[file] != nil {
			line, err := strconv.Atoi(match[2])
			if err == nil {
				return file, line
			}
		}
	}
	return "", 0
}

func (s *Subject) isCanary(file string) bool { return path.Base(file) == s.Canary.File }

// inModule turns the path of a stack frame into a slash path below the root.
func (s *Subject) inModule(name string) string {
	name = strings.ReplaceAll(name, `\`, "/")
	i := strings.LastIndex(name, "/"+s.Dir+"/")
	if i < 0 {
		return ""
	}
	return name[i+1:]
}

// shown is how a sentence speaks of a test: the canary is nothing to the
// learner.
func (s *Subject) shown(test string) string {
	switch test {
	case "":
		return "the run"
	case s.Canary.Host, s.Canary.Name:
		return "the end of the run"
	}
	return test
}
