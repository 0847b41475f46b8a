package layers_test

import (
	"context"
	_ "embed"
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	layers "example.com/leakproof/katas/14-layers"
	"example.com/leakproof/katas/internal/kit"
)

// source is the file as it was compiled.
//
//go:embed notes.go
var source string

// Keep 7: the service does not name net/http.
func TestTheServiceNamesNoHTTP(t *testing.T) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "notes.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, decl := range file.Decls {
		f, ok := decl.(*ast.FuncDecl)
		if !ok || f.Name.Name != "NewService" && !isServices(f) {
			continue
		}
		ast.Inspect(f, func(n ast.Node) bool {
			s, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if p, ok := s.X.(*ast.Ident); ok && p.Name == "http" {
				t.Errorf("notes.go:%d names http.%s, in %s of the service; the service does not name net/http (Keep 7)",
					fset.Position(s.Pos()).Line, s.Sel.Name, f.Name.Name)
			}
			return true
		})
	}
}

// isServices reports whether f is a method of Service.
func isServices(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return false
	}
	of := f.Recv.List[0].Type
	if p, ok := of.(*ast.StarExpr); ok {
		of = p.X
	}
	name, ok := of.(*ast.Ident)
	return ok && name.Name == "Service"
}

// Fine print: a service is used by several goroutines. The two calls may wait for
// each other, with a mutex for instance, so this is no work for a bubble: its
// clock would stand still.
func TestCallsAtTheSameTimeKeepApart(t *testing.T) {
	for _, o := range []struct {
		name, meet string
		call       func(s layers.Notes, user string) (layers.Note, error)
	}{
		{"Create", "Put", func(s layers.Notes, user string) (layers.Note, error) {
			return s.Create(context.Background(), user, "Title of "+user, "Content of "+user)
		}},
		{"Get", "Get", func(s layers.Notes, user string) (layers.Note, error) {
			return s.Get(context.Background(), user, user+"-7")
		}},
		{"Retitle", "Put", func(s layers.Notes, user string) (layers.Note, error) {
			return s.Retitle(context.Background(), user, user+"-7", "Title of "+user)
		}},
	} {
		t.Run(o.name, func(t *testing.T) {
			users := []string{"ann", "bob"}
			release, done := make(chan struct{}), make(chan struct{}, len(users))
			notes := newStore(noteOf("ann"), noteOf("bob"))
			notes.before = func(_ context.Context, call string) error {
				if call == o.meet {
					<-release
				}
				return nil
			}
			s := layers.NewService(notes, ids(), stopped(later))
			var got [2]layers.Note
			var errs [2]error
			for i, user := range users {
				go func() {
					defer func() { done <- struct{}{} }()
					got[i], errs[i] = o.call(s, user)
				}()
				kit.Settle(t)
			}
			close(release)
			for range users {
				<-done
			}
			for i, user := range users {
				want := noteOf(user)
				want.ID = got[i].ID
				if kept := notes.kept()[want.ID]; errs[i] != nil || !equal(got[i], want) || !equal(kept, want) {
					t.Errorf("of two calls of %s at the same time, that by %q returned %s and the error %v, and the store has %s;\neach has its own user, title and note (fine print)", o.name, user, show(got[i]), errs[i], show(kept))
				}
			}
		})
	}
}

// noteOf is a note of the user's, as the overlapping calls leave it.
func noteOf(user string) layers.Note {
	return layers.Note{ID: user + "-7", Owner: user, Title: "Title of " + user, Content: "Content of " + user, Created: later}
}
