package gosource

import (
	"bytes"
	"errors"
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

// Suite is what the test files of a folder hold, as the go command with -race
// sees them on this system.
type Suite struct {
	Tests    []Test          // and fuzz tests; in the order in which they run
	Examples map[string]bool // they run only with an Output comment
	Package  string          // of external tests
}

// Test is one test of a suite.
type Test struct {
	Name string
	File string // slash path
	Line int
}

// ReadSuite finds the tests in the files of a folder. The files go by their
// slash paths; those of other folders are passed over. The error is a
// [scanner.ErrorList] if a file does not parse.
func ReadSuite(dir string, files map[string][]byte) (Suite, error) {
	s := Suite{Examples: map[string]bool{}}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if path.Dir(name) != dir || !strings.HasSuffix(name, "_test.go") || !builds(name, files[name]) {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, files[name], parser.SkipObjectResolution)
		if err != nil {
			return Suite{}, err
		}
		s.Package = strings.TrimSuffix(file.Name.Name, "_test") + "_test"
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Recv != nil {
				continue
			}
			switch {
			case isTestName(fn.Name.Name, "Test") && takes(fn, "T"), isTestName(fn.Name.Name, "Fuzz") && takes(fn, "F"):
				s.Tests = append(s.Tests, Test{Name: fn.Name.Name, File: name, Line: fset.Position(fn.Pos()).Line})
			case isTestName(fn.Name.Name, "Example"):
				s.Examples[fn.Name.Name] = true
			}
		}
	}
	if len(s.Tests) == 0 {
		return Suite{}, errors.New("it has no tests")
	}
	return s, nil
}

// builds tells whether the file's name and build constraints admit it here.
func builds(name string, content []byte) bool {
	here := build.Default
	here.GOOS, here.GOARCH = runtime.GOOS, runtime.GOARCH // whatever the environment says
	here.BuildTags = []string{"race"}
	here.OpenFile = func(string) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content)), nil
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
