package course

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// goFolder finds declarations and tests in the Go files of one folder. Files
// are parsed when first asked for.
type goFolder struct {
	fsys   fs.FS
	under  string // "lessons": the folder that fsys is
	dir    string
	parsed map[string]*goFile
}

type goFile struct {
	src  []byte
	fset *token.FileSet
	tree *ast.File
}

func (l *loader) codeOf(dir string) *goFolder {
	return &goFolder{fsys: l.src.Lessons, under: "lessons", dir: dir, parsed: map[string]*goFile{}}
}

// path is the file's path below the module root.
func (g *goFolder) path(name string) string { return path.Join(g.under, g.dir, name) }

func (g *goFolder) file(name string) (*goFile, error) {
	if f := g.parsed[name]; f != nil {
		return f, nil
	}
	src, err := fs.ReadFile(g.fsys, path.Join(g.dir, name))
	if err != nil {
		return nil, fmt.Errorf("no file %s: create it, or correct the name", g.path(name))
	}
	f := &goFile{src: src, fset: token.NewFileSet()}
	f.tree, err = parser.ParseFile(f.fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("%s does not parse (%w): correct it", g.path(name), err)
	}
	g.parsed[name] = f
	return f, nil
}

// declarations returns the source of the named top-level declarations, each
// with its comment, and the line of the first.
func (g *goFolder) declarations(name string, wanted []string) (source string, line int, err error) {
	f, err := g.file(name)
	if err != nil {
		return "", 0, err
	}
	var parts []string
	for _, w := range wanted {
		i := slices.IndexFunc(f.tree.Decls, func(d ast.Decl) bool { return slices.Contains(namesOf(d), w) })
		if i < 0 {
			return "", 0, fmt.Errorf("%s declares no %s: correct the name (methods are written Type.Method)", g.path(name), w)
		}
		decl := f.tree.Decls[i]
		start := f.fset.Position(startOf(decl))
		end := f.fset.Position(decl.End())
		if line == 0 {
			line = start.Line
		}
		parts = append(parts, string(f.src[start.Offset:end.Offset]))
	}
	return strings.Join(parts, "\n\n"), line, nil
}

// test returns where the folder's test with that name stands.
func (g *goFolder) test(name string) (file string, line int, ok bool) {
	matches, err := fs.Glob(g.fsys, path.Join(g.dir, "*_test.go"))
	if err != nil {
		return "", 0, false
	}
	for _, m := range matches {
		f, err := g.file(path.Base(m))
		if err != nil {
			continue
		}
		for _, d := range f.tree.Decls {
			if fn, is := d.(*ast.FuncDecl); is && fn.Recv == nil && fn.Name.Name == name {
				return g.path(path.Base(m)), f.fset.Position(fn.Pos()).Line, true
			}
		}
	}
	return "", 0, false
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
		if id, ok := t.(*ast.Ident); ok {
			return []string{id.Name + "." + d.Name.Name}
		}
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
