package grade

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// plan is everything that is known about a run before it starts.
type plan struct {
	root, kata, dir, file string
	module                string // its path

	suite       map[string][]byte // the pristine files
	tests       []suiteTest       // the tests that have to pass
	others      map[string]bool   // what else of the suite may show up as a test
	canary      canary
	external    string // package of the kata's external tests
	repeat      int    // how often each test runs
	race        bool
	raceProblem string // why not, and what to do
	limit       time.Duration
	memoryLimit int64 // bytes

	answer  map[string][]byte // the learner's files, by slash path
	replace map[string][]byte // what the overlay changes, by slash path; nil removes
	trouble []string          // why the run is untrusted, whatever it says
	notes   []string
}

// newPlan compares the suite with what is on disk. The problem, if not empty,
// says why there is nothing to run.
func newPlan(root string, s Suite) (p *plan, problem string) {
	p = &plan{
		root: root, kata: s.Kata, dir: s.Dir, file: path.Join(s.Dir, s.File),
		suite: s.Files, replace: map[string][]byte{},
	}
	if err := p.readSuite(); err != nil {
		return nil, fmt.Sprintf("the suite of %s cannot be used: %v; install leakproof again", s.Kata, err)
	}
	gomod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, fmt.Sprintf("go.mod cannot be read: %v; restore it as the workbook has it", err)
	}
	p.module = modulePath(gomod)
	answer, err := p.readAnswer(s)
	if err != nil {
		return nil, err.Error()
	}
	if err := p.restoreSuite(); err != nil {
		return nil, fmt.Sprintf("the suite of %s cannot be compared with the files on disk: %v; make them readable", s.Kata, err)
	}
	for _, name := range slices.Sorted(maps.Keys(answer)) {
		p.trouble = append(p.trouble, forbidden(name, answer[name])...)
	}
	p.answer = answer
	p.addCanary(answer)
	return p, ""
}

// readAnswer returns the learner's files: what is in Dir and is neither a test
// nor part of the suite.
func (p *plan) readAnswer(s Suite) (map[string][]byte, error) {
	onlyReset := fmt.Sprintf("%s brings the file back as it was", resetCommand(p.kata))
	if s.Answer == nil {
		info, err := os.Stat(onDisk(p.root, p.file))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("%s does not exist, so there is nothing to check; %s", p.file, onlyReset)
		case err != nil:
			return nil, fmt.Errorf("%s cannot be read: %w; make it readable, or %s", p.file, err, onlyReset)
		case !info.Mode().IsRegular():
			return nil, fmt.Errorf("%s is not a file, so there is nothing to check; move it away, then %s", p.file, onlyReset)
		}
	}
	entries, err := os.ReadDir(onDisk(p.root, p.dir))
	if err != nil && (s.Answer == nil || !errors.Is(err, fs.ErrNotExist)) {
		return nil, fmt.Errorf("%s cannot be read: %w; make it readable, or %s", p.dir, err, onlyReset)
	}
	answer := map[string][]byte{}
	for _, entry := range entries {
		name := path.Join(p.dir, entry.Name())
		if _, pristine := p.suite[name]; pristine || entry.IsDir() {
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
		content, err := os.ReadFile(onDisk(p.root, name))
		if err != nil {
			return nil, fmt.Errorf("%s cannot be read: %w; make it readable or remove it", name, err)
		}
		if strings.HasSuffix(name, "_test.go") {
			p.dropTestFile(name, content)
			continue
		}
		answer[name] = content
	}
	for name, content := range s.Answer {
		if _, pristine := p.suite[name]; pristine {
			continue
		}
		answer[name] = content
		p.replace[name] = content
	}
	return answer, nil
}

// dropTestFile leaves a test file of the learner out of the run. A TestMain in
// it would decide what runs under a plain `go test`, so that is worth more
// than a note.
func (p *plan) dropTestFile(name string, content []byte) {
	p.replace[name] = nil
	if hasTestMain(name, content) {
		p.trouble = append(p.trouble, fmt.Sprintf("%s has a TestMain, which decides what the suite runs; remove it", name))
		return
	}
	p.notes = append(p.notes, fmt.Sprintf("%s is your own test file and not part of the verdict; run it with `go test ./%s`", name, p.dir))
}

// restoreSuite puts every pristine file that differs on disk into the overlay,
// and takes files out of it that do not belong to the suite kit.
func (p *plan) restoreSuite() error {
	kits := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.suite)) {
		want := p.suite[name]
		if dir := path.Dir(name); dir != p.dir && strings.HasSuffix(name, ".go") {
			kits[dir] = true
		}
		have, err := os.ReadFile(onDisk(p.root, name))
		switch {
		case errors.Is(err, fs.ErrNotExist):
			p.trouble = append(p.trouble, fmt.Sprintf("%s is gone, though it is part of the suite; %s restores it", name, resetCommand(p.kata)))
		case err != nil:
			return err
		case sameText(have, want):
			continue
		default:
			p.trouble = append(p.trouble, fmt.Sprintf("%s is not as the workbook has it; %s restores it", name, resetCommand(p.kata)))
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
			if _, pristine := p.suite[name]; pristine || entry.IsDir() || !isGoInput(name) || strings.HasSuffix(name, "_test.go") {
				continue
			}
			p.replace[name] = nil
			p.trouble = append(p.trouble, fmt.Sprintf("%s does not belong to the suite; remove it", name))
		}
	}
	return nil
}

// canary is a test that has to fail, in a run whose failing tests are heard.
//
// It fails in a nested run of the testing package, so that the outer run still
// ends with status 0 if all is well: goleak.VerifyTestMain looks for leaks and
// the testing package for late races only then.
type canary struct {
	host    string // the test that runs the canary; passes
	name    string // the canary itself; fails
	message string
	ldflags string // value for -ldflags that gives the canary its name and message
}

// canaryComplaint is what the host says if the canary did not fail.
const canaryComplaint = "a failing test was reported as passed"

// canarySource sorts last in its folder and belongs to the external test
// package, so that without -shuffle it runs after the suite.
const canarySource = `package %s

import (
	"runtime"
	"testing"
)

var canarySong string

func %s(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0)) // RunTests sets it for -cpu
	mustFail := testing.InternalTest{Name: "TestCanaryFails" + canarySong, F: func(t *testing.T) { t.Error("canary " + canarySong) }}
	all := func(_, _ string) (bool, error) { return true, nil }
	if testing.RunTests(all, []testing.InternalTest{mustFail}) {
		t.Error(%q)
	}
}
`

// addCanary names the canary after a hash of everything that is compiled: a
// file cannot contain its own hash, and as long as nothing changes neither
// does the canary, so that the build cache still hits.
//
// The name comes in when the binary is linked. In the source it would change
// the tests with each save, and their main package would be compiled anew: a
// quarter of the time to a verdict.
func (p *plan) addCanary(answer map[string][]byte) {
	hash := sha256.New()
	for _, files := range []map[string][]byte{p.suite, answer} {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(hash, "%q %d\n", name, len(files[name]))
			hash.Write(files[name])
		}
	}
	song := fmt.Sprintf("%x", hash.Sum(nil))
	p.canary = canary{
		host: canaryHost, name: "TestCanaryFails" + song, message: "canary " + song,
		ldflags: fmt.Sprintf("./%s=-X=%s/%s_test.canarySong=%s", p.dir, p.module, p.dir, song),
	}
	p.replace[path.Join(p.dir, canaryFile)] = fmt.Appendf(nil, canarySource, p.external, canaryHost, canaryComplaint)
}

const (
	canaryHost = "TestCanary"
	canaryFile = "zz_canary_test.go"
)

// writeOverlay writes the files of the overlay below dir and returns the path
// of the JSON file for the go command's -overlay flag.
func writeOverlay(dir string, plans ...*plan) (string, error) {
	// Keys are relative to the module root, where the go command runs: an
	// absolute path could reach the same folder by another name.
	replace := map[string]string{}
	for _, p := range plans {
		for _, name := range slices.Sorted(maps.Keys(p.replace)) {
			key, content := filepath.FromSlash(name), p.replace[name]
			if _, done := replace[key]; done {
				continue // the suites share the kit
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

// modulePath is the path that a go.mod declares. The go command complains about
// one that has none.
func modulePath(gomod []byte) string {
	for line := range strings.Lines(string(gomod)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			return strings.Trim(strings.TrimSpace(name), `"`)
		}
	}
	return ""
}

// isGoInput tells whether the go command could compile a file of this name.
func isGoInput(name string) bool {
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
