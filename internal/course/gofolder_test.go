package course

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/leakproof/lessons"
)

// TestSplitGoAgreesWithTheParser compares, for every Go file of the lessons,
// the declarations that the first column tells apart with those of go/parser.
func TestSplitGoAgreesWithTheParser(t *testing.T) {
	files, err := fs.Glob(lessons.FS, "*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("nothing to compare")
	}
	for _, name := range files {
		src, err := fs.ReadFile(lessons.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		compareSplit(t, name, string(src))
	}
	compareSplit(t, "varied", varied)
}

const varied = `// Package varied has
// a comment.
package varied

import "fmt"

// A comment of nobody.

type (
	// A is a string.
	A string
	B struct {
		C int
	}
)

// One, two.
const one, two = 1, 2

var text = ` + "`raw\n} text\nend`" + `

var list = []int{
	1,
}

func (a *A) Method(x int) (int, error) { return x, nil }

func (l List[T]) Len() int {
	return len(l)
}

// Generic is generic.
func Generic[T any](
	x T,
) (y T, err error) {
	fmt.Println(x)
	return x, nil
}

type List[T any] []T

func last() {}
`

func compareSplit(t *testing.T, name, src string) {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	type decl struct {
		Names  string
		Line   int
		Source string
	}
	var want, got []decl
	for _, d := range tree.Decls {
		if g, ok := d.(*ast.GenDecl); ok && g.Tok == token.IMPORT {
			continue
		}
		start, end := fset.Position(startOf(d)), fset.Position(d.End())
		source := src[start.Offset:end.Offset]
		if line, _, _ := strings.Cut(src[end.Offset:], "\n"); strings.HasPrefix(line, " //") {
			source += line // a comment on the last line belongs to the declaration
		}
		want = append(want, decl{strings.Join(namesOf(d), " "), start.Line, source})
	}
	f := splitGo(src)
	for _, d := range f.decls {
		got = append(got, decl{strings.Join(d.names, " "), d.line, d.source})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-parser +first column)\n%s", name, diff)
	}
	if doc := strings.Join(strings.Fields(tree.Doc.Text()), " "); f.doc != doc || f.pkg != tree.Name.Name {
		t.Errorf("%s: package %s %q, want %s %q", name, f.pkg, f.doc, tree.Name.Name, doc)
	}
}

func startOf(d ast.Decl) token.Pos {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	case *ast.GenDecl:
		if d.Doc != nil {
			return d.Doc.Pos()
		}
	}
	return d.Pos()
}

func namesOf(d ast.Decl) []string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv == nil {
			return []string{d.Name.Name}
		}
		t := d.Recv.List[0].Type
		if star, ok := t.(*ast.StarExpr); ok {
			t = star.X
		}
		if index, ok := t.(*ast.IndexExpr); ok {
			t = index.X
		}
		return []string{t.(*ast.Ident).Name + "." + d.Name.Name}
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, s.Name.Name)
			case *ast.ValueSpec:
				for _, n := range s.Names {
					names = append(names, n.Name)
				}
			}
		}
		return names
	}
	return nil
}
