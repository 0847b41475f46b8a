// Package gosource finds declarations and tests in the source of Go files.
package gosource

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
)

// File is the source of a Go file, by its top-level declarations.
type File struct {
	Package string
	Doc     string // the package comment, in one line
	Decls   []Decl // all but the imports
}

// Decl is a top-level declaration.
type Decl struct {
	Names   []string // what it declares; a method is Type.Method
	Func    bool
	Line    int    // where it starts, with its comment
	Keyword int    // the line of "func", "type", "var" or "const"
	Source  string // with its comment
}

// Parse reads a file. The error is a [scanner.ErrorList].
func Parse(name string, src []byte) (*File, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &File{Package: tree.Name.Name, Doc: strings.Join(strings.Fields(tree.Doc.Text()), " ")}
	for _, d := range tree.Decls {
		names, doc := declared(d)
		if names == nil {
			continue
		}
		start, keyword, end := d.Pos(), d.Pos(), fset.Position(d.End()).Offset
		if doc != nil {
			start = doc.Pos()
		}
		// A comment behind the last line belongs to the declaration.
		line, _, _ := bytes.Cut(src[end:], []byte("\n"))
		end += len(bytes.TrimRight(line, "\r"))
		_, isFunc := d.(*ast.FuncDecl)
		f.Decls = append(f.Decls, Decl{
			Names: names, Func: isFunc, Line: fset.Position(start).Line, Keyword: fset.Position(keyword).Line,
			Source: string(src[fset.Position(start).Offset:end]),
		})
	}
	return f, nil
}

// declared are the names that a declaration gives and its comment; no names if
// it is an import.
func declared(d ast.Decl) (names []string, doc *ast.CommentGroup) {
	switch d := d.(type) {
	case *ast.FuncDecl:
		return []string{receiver(d) + d.Name.Name}, d.Doc
	case *ast.GenDecl:
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
		return names, d.Doc
	}
	return nil, nil
}

// receiver is the type of a method with a full stop, "" for a function.
func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	of := ""
	ast.Inspect(fn.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && of == "" { // the first; what follows are type parameters
			of = id.Name + "."
		}
		return of == ""
	})
	return of
}
