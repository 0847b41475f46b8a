package grade

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"

	"example.com/leakproof/internal/explain"
)

// hasTestMain tells whether a test file would take over the run. A file that
// does not parse is dropped like any other.
func hasTestMain(name string, content []byte) bool {
	file, err := parser.ParseFile(token.NewFileSet(), name, content, parser.SkipObjectResolution)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(file.Decls, func(decl ast.Decl) bool {
		fn, ok := decl.(*ast.FuncDecl)
		return ok && fn.Recv == nil && fn.Name.Name == "TestMain"
	})
}

// inspectAll looks for what makes a run worthless in the answer, and in every
// package of the module that it or the suite brings into the binary. Build
// constraints are not asked: a file that is left out here can be meant for the
// run. The problem, if not empty, says which file cannot be read.
func (p *plan) inspectAll(module string) (problem string) {
	// The suite's own folders hold nothing but the suite and the answer.
	done := map[string]bool{}
	var next []string
	for _, name := range slices.Sorted(maps.Keys(p.Suite)) {
		done[path.Dir(name)] = true
		file, err := parser.ParseFile(token.NewFileSet(), name, p.Suite[name], parser.ImportsOnly)
		if err == nil { // else the compiler says so
			next = append(next, foldersIn(module, file)...)
		}
	}
	done[p.Dir] = true
	for _, name := range slices.Sorted(maps.Keys(p.Answer)) {
		next = append(next, p.inspect(module, name, p.Answer[name])...)
	}
	for len(next) > 0 {
		dir := next[0]
		next = next[1:]
		if done[dir] {
			continue
		}
		done[dir] = true
		entries, err := os.ReadDir(onDisk(p.root, dir))
		if errors.Is(err, fs.ErrNotExist) {
			continue // the go command says so
		}
		if err != nil {
			return explain.HelperUnreadable(dir, err)
		}
		for _, entry := range entries {
			name := path.Join(dir, entry.Name())
			if entry.IsDir() || !isGoInput(name) || strings.HasSuffix(name, "_test.go") {
				continue
			}
			content, err := readSource(p.root, name)
			if err != nil {
				return explain.HelperUnreadable(name, err)
			}
			next = append(next, p.inspect(module, name, content)...)
		}
	}
	return ""
}

// inspect looks for what hides code from the race detector, or reaches into
// other packages, in one file. It returns the folders of the module that the
// file imports.
func (p *plan) inspect(module, name string, content []byte) []string {
	if !strings.HasSuffix(name, ".go") {
		p.trouble = append(p.trouble, explain.NotGo(name))
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil // go vet, which runs with the tests, does not get past it either
	}
	line := func(n ast.Node) int { return fset.PositionFor(n.Pos(), false).Line }
	for _, group := range file.Comments {
		for _, comment := range group.List {
			directive, _, _ := strings.Cut(comment.Text, " ")
			switch directive {
			case "//go:norace":
				p.trouble = append(p.trouble, explain.HiddenFromRace(name, line(comment), directive))
			case "//go:linkname":
				p.trouble = append(p.trouble, explain.ReachesInside(name, line(comment), directive))
			}
		}
	}
	for _, spec := range file.Imports {
		switch imported(spec) {
		case "C":
			p.trouble = append(p.trouble, explain.UsesC(name, line(spec)))
		case "runtime":
			for _, call := range raceCalls(file, spec) {
				p.trouble = append(p.trouble, explain.SteersRace(name, line(call), "runtime."+call.Name))
			}
		case "internal/race":
			p.trouble = append(p.trouble, explain.SteersRace(name, line(spec), "internal/race"))
		}
	}
	return foldersIn(module, file)
}

// raceCalls are the uses of the functions with which package runtime tells the
// race detector what to ignore or believe; they are there in a race build only.
func raceCalls(file *ast.File, spec *ast.ImportSpec) []*ast.Ident {
	local := "runtime"
	if spec.Name != nil {
		local = spec.Name.Name
	}
	var found []*ast.Ident
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && of.Name == local && strings.HasPrefix(n.Sel.Name, "Race") {
				found = append(found, n.Sel)
			}
		case *ast.CallExpr:
			if fn, ok := n.Fun.(*ast.Ident); ok && local == "." && strings.HasPrefix(fn.Name, "Race") {
				found = append(found, fn)
			}
		}
		return true
	})
	return found
}

// foldersIn are the folders of the module whose packages a file imports.
func foldersIn(module string, file *ast.File) []string {
	var dirs []string
	for _, spec := range file.Imports {
		if dir, ok := strings.CutPrefix(imported(spec), module+"/"); ok {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

func imported(spec *ast.ImportSpec) string {
	to, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return "" // no parser lets that pass
	}
	return to
}
