package gosource

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
)

// Names of what is required of a test's habits, as a verdict lists them.
const (
	NoSleep  = "no-real-sleep"
	NoSource = "no-source-reading"
)

// Habits are what a test file does that decides nothing.
type Habits struct {
	Sleeps []Use // of real time, by the test that sleeps
	Reads  []Use // of source, by what reads it
}

// Use is a place in a file.
type Use struct {
	Name string
	Line int
}

// ReadHabits looks for tests that sleep in real time, and for what reads source
// where behaviour is asked for. A sleep counts where the test itself makes it,
// or a subtest: one in a bubble or in a fake takes virtual time, more often than
// not. The error is a [scanner.ErrorList].
func ReadHabits(name string, src []byte) (Habits, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return Habits{}, err
	}
	h := Habits{}
	line := func(n ast.Node) int { return fset.Position(n.Pos()).Line }
	locals := map[string]string{} // import paths by the names they have in the file
	for _, spec := range file.Imports {
		to, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // no parser lets that pass
		}
		local := to[strings.LastIndex(to, "/")+1:]
		if spec.Name != nil {
			local = spec.Name.Name
		}
		locals[local] = to
		if slices.Contains(sourceReaders, to) {
			h.Reads = append(h.Reads, Use{to, line(spec)})
		}
	}
	called := func(call *ast.CallExpr) (pkg, fn string) {
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			if of, ok := sel.X.(*ast.Ident); ok {
				return locals[of.Name], sel.Sel.Name
			}
		}
		return "", ""
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if pkg, fn := called(call); pkg == "os" && slices.Contains(fileReaders, fn) {
				h.Reads = append(h.Reads, Use{"os." + fn, line(call)})
			}
		}
		return true
	})
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Body == nil || !isTestName(fn.Name.Name, "Test") {
			continue
		}
		subtests := map[*ast.FuncLit]bool{}
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return subtests[n]
			case *ast.CallExpr:
				if sel, ok := n.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Run" && len(n.Args) == 2 {
					if lit, ok := n.Args[1].(*ast.FuncLit); ok {
						subtests[lit] = true
					}
				}
				if pkg, called := called(n); pkg == "time" && called == "Sleep" {
					h.Sleeps = append(h.Sleeps, Use{fn.Name.Name, line(n)})
				}
			}
			return true
		})
	}
	return h, nil
}

var (
	sourceReaders = []string{"embed", "go/ast", "go/build", "go/parser", "go/scanner", "go/token", "golang.org/x/tools/go/packages", "os/exec"}
	fileReaders   = []string{"DirFS", "Open", "OpenFile", "OpenInRoot", "ReadDir", "ReadFile"}
)
