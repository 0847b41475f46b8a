package course

import (
	"errors"
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"

	"example.com/leakproof/internal/gosource"
)

// goFolder finds declarations and tests in the Go files of one folder. A file
// is parsed when it is asked for: each start of the program waits for it.
type goFolder struct {
	fsys  fs.FS
	under string // "lessons": the folder that fsys is
	dir   string
	files map[string]*gosource.File // by name, as far as they were asked for
	tests []string                  // the names of its test files, once asked for
}

func (l *loader) codeOf(dir string) *goFolder {
	return &goFolder{fsys: l.src.Lessons, under: "lessons", dir: dir, files: map[string]*gosource.File{}}
}

// path is the file's path below the module root.
func (g *goFolder) path(name string) string { return path.Join(g.under, g.dir, name) }

// file returns a parsed file. The error is a [Problem] of that file if it does
// not parse.
func (g *goFolder) file(name string) (*gosource.File, error) {
	if f, ok := g.files[name]; ok {
		return f, nil
	}
	src, err := fs.ReadFile(g.fsys, path.Join(g.dir, name))
	if err != nil {
		return nil, fmt.Errorf("no file %s: create it, or correct the name", g.path(name))
	}
	f, err := gosource.Parse(g.path(name), src)
	if err != nil {
		return nil, syntaxProblem(g.path(name), err)
	}
	g.files[name] = f
	return f, nil
}

// checkRest requires of every Go file in a lesson's folder and those below that
// it parses, also where no directive asked for it: a program has more files
// than its main.go, and a proof stands or falls with its whole package.
func (l *loader) checkRest(g *goFolder) {
	err := fs.WalkDir(g.fsys, g.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".go" || g.files[strings.TrimPrefix(name, g.dir+"/")] != nil {
			return err
		}
		file := path.Join(g.under, name)
		src, err := fs.ReadFile(g.fsys, name)
		if err != nil {
			return err
		}
		_, err = parser.ParseFile(token.NewFileSet(), file, src, parser.SkipObjectResolution)
		if err == nil {
			return nil
		}
		if p := syntaxProblem(file, err); !slices.Contains(l.problems, error(p)) {
			l.problems = append(l.problems, p)
		}
		return nil
	})
	if err != nil {
		l.problem(g.path(""), 0, "cannot be read (%v): restore it, for example with git checkout", err)
	}
}

// syntaxProblem is what go/parser says of a file, or of one of several.
func syntaxProblem(file string, err error) Problem {
	p := Problem{File: file, Text: fmt.Sprintf("%v: correct it", err)}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		p = Problem{File: list[0].Pos.Filename, Line: list[0].Pos.Line, Text: list[0].Msg + ": correct it, gofmt shows where"}
	}
	return p
}

// refuse tells why the Go code that a line of a file asks for is not there. That
// a Go file does not parse is a problem of that file, told once.
func (l *loader) refuse(file string, at int, err error) {
	var syntax Problem
	switch {
	case !errors.As(err, &syntax):
		l.problem(file, at, "%v", err)
	case !slices.Contains(l.problems, error(syntax)):
		l.problems = append(l.problems, syntax)
	}
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
		i := slices.IndexFunc(f.Decls, func(d gosource.Decl) bool { return slices.Contains(d.Names, w) })
		if i < 0 {
			return "", 0, fmt.Errorf("%s declares no %s: correct the name (methods are written Type.Method)", g.path(name), w)
		}
		if line == 0 {
			line = f.Decls[i].Line
		}
		parts = append(parts, f.Decls[i].Source)
	}
	return strings.Join(parts, "\n\n"), line, nil
}

// test returns the folder's test with that name, and the file it stands in.
func (g *goFolder) test(name string) (file string, decl gosource.Decl, err error) {
	if g.tests == nil {
		entries, err := fs.ReadDir(g.fsys, g.dir)
		if err != nil {
			return "", decl, fmt.Errorf("%s cannot be listed (%w): restore it", g.path(""), err)
		}
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), "_test.go") {
				g.tests = append(g.tests, e.Name())
			}
		}
	}
	for _, test := range g.tests {
		f, err := g.file(test)
		if err != nil {
			return "", decl, err
		}
		for _, d := range f.Decls {
			if d.Func && d.Names[0] == name {
				return g.path(test), d, nil
			}
		}
	}
	return "", decl, fmt.Errorf("no %s in the test files of %s: write it, or name the one that proves this", name, g.path(""))
}
