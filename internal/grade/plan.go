package grade

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/regular"
)

// plan is everything that is known about a run before it starts.
type plan struct {
	explain.Subject
	root, kata  string
	machine     *gorun.Machine
	canary      canary
	others      map[string]bool // what else of the suite may show up as a test
	race        bool
	raceProblem string // why not, and what to do
	fetching    string // what the go command said when it fetched modules

	modules map[string][]byte // see [Suite]
	replace map[string][]byte // what the overlay changes, by slash path; nil removes
	trouble []string          // why the run is untrusted, whatever it says
	notes   []string
}

// newPlan compares the suite with what is on disk. The problem, if not empty,
// says why there is nothing to run. The secret is the canary's.
func newPlan(root, secret string, s Suite) (p *plan, problem string) {
	p = &plan{
		Subject: explain.Subject{Dir: s.Dir, File: path.Join(s.Dir, s.File), Suite: s.Files},
		root:    root, kata: s.Kata, modules: s.Modules, replace: map[string][]byte{},
	}
	suite, err := gosource.ReadSuite(s.Dir, s.Files)
	if err != nil {
		return nil, explain.SuiteUnusable(s.Kata, err)
	}
	p.Tests, p.others = suite.Tests, suite.Examples
	gomod, err := readSource(root, "go.mod")
	if err != nil {
		return nil, explain.ModuleUnreadable(err)
	}
	// The go command complains about a go.mod that declares no path.
	module := modfile.ModulePath(gomod)
	if p.Answer, problem = p.readAnswer(s); problem != "" {
		return nil, problem
	}
	if name := OtherVersion(root, s); name != "" && !s.trial && s.given == nil {
		return nil, explain.OtherVersion(name, s.Kata)
	}
	if err := p.restoreSuite(s.given); err != nil {
		return nil, explain.SuiteUnreadable(s.Kata, err)
	}
	p.checkModules(s.Modules, gomod)
	if problem := p.inspectAll(module); problem != "" {
		return nil, problem
	}
	p.canary = newCanary(secret, suite.Package, p.Suite, p.Answer)
	p.Canary = p.canary.Canary
	p.replace[path.Join(s.Dir, p.Canary.File)] = p.canary.source
	if s.trial {
		p.trouble = nil
	}
	return p, ""
}

// readAnswer returns the learner's files: what is in Dir and is neither a test
// nor part of the suite. The problem, if not empty, says why there are none.
func (p *plan) readAnswer(s Suite) (answer map[string][]byte, problem string) {
	if s.Answer == nil && !s.Several {
		if problem := fileProblem(p.root, p.File, p.kata); problem != "" {
			return nil, problem
		}
	}
	entries, err := os.ReadDir(onDisk(p.root, p.Dir))
	if err != nil && (s.Answer == nil || !errors.Is(err, fs.ErrNotExist)) {
		return nil, explain.AnswerUnreadable(p.Dir, p.kata, err)
	}
	answer = map[string][]byte{}
	for _, entry := range entries {
		name := path.Join(p.Dir, entry.Name())
		if _, pristine := p.Suite[name]; pristine || entry.IsDir() {
			continue
		}
		if s.Answer != nil {
			if isGoInput(name) {
				p.replace[name] = nil
			}
			continue
		}
		if !isGoInput(name) {
			continue // KATA.md, an editor's swap file
		}
		content, err := readSource(p.root, name)
		if err != nil {
			return nil, explain.HelperUnreadable(name, err)
		}
		if strings.HasSuffix(name, "_test.go") {
			p.dropTestFile(name, content)
			continue
		}
		answer[name] = content
	}
	for name, content := range s.Answer {
		if _, pristine := p.Suite[name]; pristine {
			continue
		}
		answer[name] = content
		p.replace[name] = content
	}
	if len(answer) == 0 {
		return nil, explain.NoAnswer(p.Dir, p.kata)
	}
	return answer, ""
}

// fileProblem says what is wrong with the learner's file, "" if it can be read.
func fileProblem(root, file, kata string) string {
	_, err := readSource(root, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return explain.AnswerGone(file, kata)
	case errors.Is(err, regular.ErrNotRegular), errors.Is(err, regular.ErrTooLarge):
		return explain.AnswerNoFile(file, kata, err)
	case err != nil:
		return explain.AnswerUnreadable(file, kata, err)
	}
	return ""
}

// dropTestFile leaves a test file of the learner out of the run. A TestMain in
// it would decide what runs under a plain `go test`, so that is worth more
// than a note.
func (p *plan) dropTestFile(name string, content []byte) {
	p.replace[name] = nil
	if hasTestMain(name, content) {
		p.trouble = append(p.trouble, explain.OwnTestMain(name))
		return
	}
	p.notes = append(p.notes, explain.OwnTestFile(name, p.Dir))
}

// restoreSuite puts every pristine file that differs on disk into the overlay,
// and takes files out of it that do not belong to the suite kit. Given files are
// taken as they are.
func (p *plan) restoreSuite(given map[string][]byte) error {
	kits := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.Suite)) {
		want := p.Suite[name]
		if given[name] != nil {
			p.replace[name] = want
			continue
		}
		if dir := path.Dir(name); dir != p.Dir && strings.HasSuffix(name, ".go") {
			kits[dir] = true
		}
		have, err := readSource(p.root, name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			p.trouble = append(p.trouble, explain.SuiteFileGone(name, p.kata))
		case err != nil:
			return fmt.Errorf("%s: %w", name, err)
		case sameText(have, want):
			continue
		default:
			p.trouble = append(p.trouble, explain.SuiteFileChanged(name, p.kata))
		}
		p.replace[name] = want
	}
	for _, dir := range slices.Sorted(maps.Keys(kits)) {
		entries, err := os.ReadDir(onDisk(p.root, dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		for _, entry := range entries {
			name := path.Join(dir, entry.Name())
			if _, pristine := p.Suite[name]; pristine || entry.IsDir() || !isGoInput(name) || strings.HasSuffix(name, "_test.go") {
				continue
			}
			p.replace[name] = nil
			p.trouble = append(p.trouble, explain.NotOfTheSuite(name))
		}
	}
	return nil
}

// onlyGo tells whether the learner's files need no C compiler.
func (p *plan) onlyGo() bool {
	for name, content := range p.Answer {
		if path.Ext(name) != ".go" || bytes.Contains(content, []byte(`"C"`)) {
			return false
		}
	}
	return true
}

// isGoInput tells whether the go command could compile a file of this name. It
// ignores those that begin with a dot or an underscore, as does this: Emacs
// keeps its lock in .#notes.go, a link that leads nowhere.
func isGoInput(name string) bool {
	if base := path.Base(name); base[0] == '.' || base[0] == '_' {
		return false
	}
	switch path.Ext(name) {
	case ".go", ".s", ".S", ".c", ".cc", ".cpp", ".cxx", ".m", ".h", ".hh", ".hpp", ".hxx", ".f", ".F", ".for", ".f90", ".swig", ".swigcxx", ".syso":
		return true
	}
	return false
}

// sameText compares two files, line endings aside: git may have checked out
// the workbook with those of Windows.
func sameText(a, b []byte) bool {
	return bytes.Equal(bytes.ReplaceAll(a, []byte("\r\n"), []byte("\n")), bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
}

// onDisk is the place of a slash path below root.
func onDisk(root, name string) string { return filepath.Join(root, filepath.FromSlash(name)) }

// readSource reads a file that the go command would read. The error does not
// name it.
func readSource(root, name string) ([]byte, error) {
	content, err := regular.Read(onDisk(root, name), regular.SourceLimit)
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	return content, err
}
