package grade

import (
	"bytes"
	"errors"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io"
	"maps"
	"path"
	"runtime"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// suiteTest is one test of the pristine suite.
type suiteTest struct {
	name string
	file string // slash path below the module root
	line int
}

// readSuite finds the tests that the suite holds.
func (p *plan) readSuite() error {
	p.others = map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(p.suite)) {
		if path.Dir(name) != p.dir || !strings.HasSuffix(name, "_test.go") || !p.builds(name) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, p.suite[name], parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		p.external = strings.TrimSuffix(file.Name.Name, "_test") + "_test"
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			switch {
			case isTestName(fn.Name.Name, "Test") && takes(fn, "T"), isTestName(fn.Name.Name, "Fuzz") && takes(fn, "F"):
				at := fset.Position(fn.Pos())
				p.tests = append(p.tests, suiteTest{name: fn.Name.Name, file: name, line: at.Line})
			case isTestName(fn.Name.Name, "Example"):
				p.others[fn.Name.Name] = true // runs only with an Output comment
			}
		}
	}
	if len(p.tests) == 0 {
		return errors.New("it has no tests")
	}
	return nil
}

// builds tells whether the file's name and build constraints admit it here.
func (p *plan) builds(name string) bool {
	here := build.Default
	here.GOOS, here.GOARCH = runtime.GOOS, runtime.GOARCH // whatever the environment says
	here.BuildTags = []string{"race"}
	here.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(p.suite[name])), nil
	}
	match, err := here.MatchFile(path.Split(name))
	return err != nil || match // the parser says what is wrong
}

// isTestName follows the rule of the go command: TestX and Test_x are tests,
// Testing is none.
func isTestName(name, prefix string) bool {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || name == "TestMain" {
		return false
	}
	first, _ := utf8.DecodeRuneInString(rest)
	return rest == "" || !unicode.IsLower(first)
}

// takes tells whether the function's only parameter is a pointer to a type of
// this name.
func takes(fn *ast.FuncDecl, typeName string) bool {
	params := fn.Type.Params.List
	if len(params) != 1 || len(params[0].Names) > 1 {
		return false
	}
	pointer, ok := params[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	switch to := pointer.X.(type) {
	case *ast.SelectorExpr:
		return to.Sel.Name == typeName
	case *ast.Ident: // a dot import
		return to.Name == typeName
	}
	return false
}

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

// forbidden returns what in a file of the learner makes a run worthless:
// directives that blind the race detector or reach into other packages. A file
// that does not parse does not compile either.
func forbidden(name string, content []byte) []string {
	if !strings.HasSuffix(name, ".go") {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	var found []string
	for _, group := range file.Comments {
		for _, comment := range group.List {
			at := fset.PositionFor(comment.Pos(), false)
			directive, _, _ := strings.Cut(comment.Text, " ")
			switch directive {
			case "//go:norace":
				found = append(found, fmt.Sprintf("%s:%d hides code from the race detector with %s; remove the directive", name, at.Line, directive))
			case "//go:linkname":
				found = append(found, fmt.Sprintf("%s:%d reaches into another package with %s; remove the directive", name, at.Line, directive))
			}
		}
	}
	return found
}
