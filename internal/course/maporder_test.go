package course_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestSuitesFailInTheSameOrder: a suite that ranges over a map and fails inside
// says something else first each time. It ranges over the sorted keys instead.
func TestSuitesFailInTheSameOrder(t *testing.T) {
	for _, k := range content(t).Katas {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, name := range slices.Sorted(maps.Keys(k.Suite)) {
			if path.Dir(name) != k.Dir() {
				continue
			}
			f, err := parser.ParseFile(fset, name, k.Suite[name], 0)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, f)
		}
		named := mapsByName(files)
		for _, f := range files {
			ast.Inspect(f, func(n ast.Node) bool {
				loop, ok := n.(*ast.RangeStmt)
				if ok && isMap(loop.X, named) && fails(loop.Body) {
					t.Errorf("%s: it fails in the order of a map: range over kit.Sorted", fset.Position(loop.Pos()))
				}
				return true
			})
		}
	}
}

// mapsByName are the names that a map is given to anywhere in the files.
func mapsByName(files []*ast.File) map[string]bool {
	named := map[string]bool{}
	give := func(names []ast.Expr, values []ast.Expr) {
		for i, v := range values {
			if id, ok := names[min(i, len(names)-1)].(*ast.Ident); ok && isMap(v, nil) {
				named[id.Name] = true
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				give(n.Lhs, n.Rhs)
			case *ast.ValueSpec:
				var names []ast.Expr
				for _, id := range n.Names {
					names = append(names, id)
				}
				give(names, n.Values)
			}
			return true
		})
	}
	return named
}

// isMap reports whether an expression is a map that is written there, one that
// is made, or one of those names.
func isMap(x ast.Expr, named map[string]bool) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return named[x.Name]
	case *ast.CompositeLit:
		_, ok := x.Type.(*ast.MapType)
		return ok
	case *ast.CallExpr:
		if id, ok := x.Fun.(*ast.Ident); ok && id.Name == "make" {
			_, ok := x.Args[0].(*ast.MapType)
			return ok
		}
	}
	return false
}

// fails reports whether a loop ends or fails a test, or starts one of its own.
func fails(body *ast.BlockStmt) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok {
				for _, method := range []string{"Error", "Fatal", "Run"} {
					found = found || strings.HasPrefix(s.Sel.Name, method)
				}
			}
		}
		return !found
	})
	return found
}
