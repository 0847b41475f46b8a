package layers_test

import (
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"testing"
)

// source is the file as it was compiled.
//
//go:embed notes.go
var source string

// Contract 9: "Nothing of the service names net/http: neither NewService nor
// Service, nor what these use of the file", types with all their methods.
func TestTheServiceNamesNoHTTP(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "notes.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{}}
	// Imports are empty packages here, so the checker has errors to report. Who
	// uses which name of the file, and which import, it knows all the same.
	config := types.Config{Importer: emptyPackages{}, Error: func(error) {}}
	_, _ = config.Check("layers", fset, []*ast.File{file}, info)

	declared, uses := declarations(file, info)
	reached := map[types.Object]string{} // and the way there
	var queue []types.Object
	reach := func(o types.Object, way string) {
		if uses[o] != nil && reached[o] == "" {
			reached[o] = way
			queue = append(queue, o)
		}
	}
	for _, o := range declared {
		if o.Name() == "Service" || o.Name() == "NewService" {
			reach(o, o.Name())
		}
	}
	if len(queue) != 2 {
		t.Fatal("notes.go has no type Service with a function NewService")
	}
	for len(queue) > 0 {
		o := queue[0]
		queue = queue[1:]
		for _, id := range uses[o] {
			used := info.Uses[id]
			if p, ok := used.(*types.PkgName); ok && p.Imported().Path() == "net/http" {
				t.Errorf("notes.go:%d names net/http, in %s;\na rule that knows HTTP can be had over HTTP only", fset.Position(id.Pos()).Line, reached[o])
				break
			}
			if f, ok := used.(*types.Func); ok {
				used = f.Origin()
			}
			reach(used, reached[o]+" -> "+used.Name())
		}
		for _, m := range declared { // whether they are called or not
			if f, ok := m.(*types.Func); ok && receiver(f) == o {
				reach(f, reached[o]+"."+f.Name())
			}
		}
	}
}

// declarations are the functions, methods, types, variables and constants of
// the file, in its order, each with the names that its declaration uses.
func declarations(file *ast.File, info *types.Info) (all []types.Object, uses map[types.Object][]*ast.Ident) {
	uses = map[types.Object][]*ast.Ident{}
	add := func(node ast.Node, names ...*ast.Ident) {
		found := []*ast.Ident{}
		ast.Inspect(node, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && info.Uses[id] != nil {
				found = append(found, id)
			}
			return true
		})
		for _, name := range names {
			if o := info.Defs[name]; o != nil {
				all, uses[o] = append(all, o), found
			}
		}
	}
	for _, decl := range file.Decls {
		switch d := decl.(type) {
		case *ast.FuncDecl:
			add(d, d.Name)
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch s := spec.(type) {
				case *ast.TypeSpec:
					add(s, s.Name)
				case *ast.ValueSpec:
					add(s, s.Names...)
				}
			}
		}
	}
	return all, uses
}

// receiver is the type that f is a method of, or nil.
func receiver(f *types.Func) types.Object {
	r := f.Signature().Recv()
	if r == nil {
		return nil
	}
	t := r.Type()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	if named, ok := t.(*types.Named); ok {
		return named.Obj()
	}
	return nil
}

// emptyPackages stands in for the packages that the file imports.
type emptyPackages struct{}

func (emptyPackages) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}
