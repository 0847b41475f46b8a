package grade

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
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
				found = append(found, explain.HiddenFromRace(name, at.Line, directive))
			case "//go:linkname":
				found = append(found, explain.ReachesInside(name, at.Line, directive))
			}
		}
	}
	return found
}
