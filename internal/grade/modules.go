package grade

import (
	"errors"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"example.com/leakproof/internal/explain"
)

// checkModules finds what would have the suite built from something else than
// the workbook has: other versions or contents of the modules that the suite
// imports, and files that make the go command look elsewhere.
//
// With pristine module files nothing of it reaches the run. Who meets it should
// know all the same, because a plain `go test` says something else then. What
// lies in the module cache is not compared with go.sum: that is `go mod verify`,
// and takes seconds.
func (p *plan) checkModules(pristine map[string][]byte, gomod []byte) {
	p.checkStrays()
	if pristine == nil {
		return
	}
	want, err := modfile.ParseLax("go.mod", pristine["go.mod"], nil)
	if err != nil {
		p.trouble = append(p.trouble, explain.ModuleFileUnusable("go.mod", err))
		return
	}
	have, err := modfile.Parse("go.mod", gomod, nil)
	if err != nil {
		p.trouble = append(p.trouble, explain.ModuleFileUnusable("go.mod", err))
		return
	}
	sums, err := readSource(p.root, "go.sum")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		p.trouble = append(p.trouble, explain.ModuleFileUnusable("go.sum", err))
		return
	}
	for _, needed := range p.modulesOf(want) {
		p.checkRequirement(have, needed)
		p.checkSums(string(sums), string(pristine["go.sum"]), needed.Mod.Path)
	}
}

// modulesOf are the modules that the suite imports.
func (p *plan) modulesOf(want *modfile.File) []*modfile.Require {
	var imports []string
	for _, name := range slices.Sorted(maps.Keys(p.Suite)) {
		file, err := parser.ParseFile(token.NewFileSet(), name, p.Suite[name], parser.ImportsOnly)
		if err != nil {
			continue // the compiler says so
		}
		for _, spec := range file.Imports {
			imports = append(imports, imported(spec)+"/")
		}
	}
	return slices.DeleteFunc(slices.Clone(want.Require), func(r *modfile.Require) bool {
		return !slices.ContainsFunc(imports, func(to string) bool { return strings.HasPrefix(to, r.Mod.Path+"/") })
	})
}

func (p *plan) checkRequirement(have *modfile.File, needed *modfile.Require) {
	for _, r := range have.Replace {
		if r.Old.Path == needed.Mod.Path {
			p.trouble = append(p.trouble, explain.ModuleReplaced(r.Syntax.Start.Line, r.Old.Path))
		}
	}
	i := slices.IndexFunc(have.Require, func(r *modfile.Require) bool { return r.Mod.Path == needed.Mod.Path })
	switch {
	case i < 0:
		p.trouble = append(p.trouble, explain.ModuleNotRequired(needed.Mod.Path))
	case have.Require[i].Mod != needed.Mod:
		p.trouble = append(p.trouble, explain.ModuleVersion(have.Require[i].Syntax.Start.Line, have.Require[i].Mod.String(), needed.Mod.Version))
	}
}

// checkSums requires that what go.sum says of a module is what the pristine one
// says.
func (p *plan) checkSums(have, want, module string) {
	wanted := map[string]bool{}
	for line := range strings.Lines(want) {
		if strings.HasPrefix(line, module+" ") {
			wanted[strings.TrimSpace(line)] = true
		}
	}
	number := 0
	for line := range strings.Lines(have) {
		number++
		if !strings.HasPrefix(line, module+" ") {
			continue
		}
		line = strings.TrimSpace(line)
		if !wanted[line] {
			p.trouble = append(p.trouble, explain.OtherSum(number, module))
			return
		}
		delete(wanted, line)
	}
	if len(wanted) > 0 {
		p.trouble = append(p.trouble, explain.SumMissing(module))
	}
}

// checkStrays finds files and folders that change from where the go command
// takes packages. A go.mod on the way to the suite makes another module of its
// folder, so it is taken out of the run as well.
func (p *plan) checkStrays() {
	for _, name := range []string{"go.work", "vendor"} {
		if _, err := os.Lstat(onDisk(p.root, name)); err == nil {
			p.trouble = append(p.trouble, explain.TakesElsewhere(name))
		}
	}
	dirs := map[string]bool{}
	for dir := range p.folders() {
		for ; dir != "."; dir = path.Dir(dir) {
			dirs[dir] = true
		}
	}
	for _, dir := range slices.Sorted(maps.Keys(dirs)) {
		name := path.Join(dir, "go.mod")
		if _, err := os.Lstat(onDisk(p.root, name)); err == nil {
			p.replace[name] = nil
			p.trouble = append(p.trouble, explain.TakesElsewhere(name))
		}
	}
}

// folders are those of the kata and of the suite's kit.
func (p *plan) folders() map[string]bool {
	all := map[string]bool{p.Dir: true}
	for name := range p.Suite {
		all[path.Dir(name)] = true
	}
	return all
}

// writeModules writes the module files of the run into its temporary folder and
// returns the flags that make the go command use them.
func writeModules(dir string, modules map[string][]byte) ([]string, error) {
	if modules == nil {
		return nil, nil
	}
	for name, content := range modules {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			return nil, err
		}
	}
	return []string{"-modfile=" + filepath.Join(dir, "go.mod")}, nil
}
