package course

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// goFolder finds declarations and tests in the Go files of one folder. The
// files are gofmt'ed, so what stands in the first column tells the
// declarations apart, at a hundredth of what parsing costs each start of the
// program. (A test compares the two.)
type goFolder struct {
	fsys  fs.FS
	under string // "lessons": the folder that fsys is
	dir   string
	files map[string]goFile // by name, as far as they were asked for
	tests []string          // the names of its test files, once asked for
}

// goFile is the source of a file, split at its top-level declarations.
type goFile struct {
	doc   string // the package comment
	pkg   string
	decls []goDecl
}

type goDecl struct {
	names  []string // what it declares; a method is Type.Method
	line   int      // where it starts, with its comment
	isFunc bool
	named  int // the line of the keyword
	source string
}

func (l *loader) codeOf(dir string) *goFolder {
	return &goFolder{fsys: l.src.Lessons, under: "lessons", dir: dir, files: map[string]goFile{}}
}

// path is the file's path below the module root.
func (g *goFolder) path(name string) string { return path.Join(g.under, g.dir, name) }

func (g *goFolder) file(name string) (goFile, error) {
	if f, ok := g.files[name]; ok {
		return f, nil
	}
	src, err := fs.ReadFile(g.fsys, path.Join(g.dir, name))
	if err != nil {
		return goFile{}, fmt.Errorf("no file %s: create it, or correct the name", g.path(name))
	}
	f := splitGo(string(src))
	g.files[name] = f
	return f, nil
}

// splitGo splits the source of a gofmt'ed file.
func splitGo(src string) goFile {
	var f goFile
	lines := strings.Split(strings.TrimRight(src, "\n"), "\n")
	comment := -1 // the first line of the comment above, or -1
	for i := 0; i < len(lines); i++ {
		keyword, rest, _ := strings.Cut(lines[i], " ")
		switch keyword {
		case "package":
			f.pkg = rest
			if comment >= 0 {
				f.doc = uncomment(lines[comment:i])
			}
			comment = -1
		case "func", "type", "var", "const":
			last := endOf(lines, i)
			start := i
			if comment >= 0 {
				start = comment
			}
			f.decls = append(f.decls, goDecl{
				names: declared(keyword, rest, lines[i+1:last+1]), isFunc: keyword == "func",
				line: start + 1, named: i + 1, source: strings.Join(lines[start:last+1], "\n"),
			})
			i, comment = last, -1
		default:
			if !strings.HasPrefix(lines[i], "//") {
				comment = -1
			} else if comment < 0 {
				comment = i
			}
		}
	}
	return f
}

// endOf is the last line of the declaration that starts on a line: what
// follows, up to the next declaration or comment in the first column.
func endOf(lines []string, start int) int {
	end := start
	for i := start + 1; i < len(lines); i++ {
		switch keyword, _, _ := strings.Cut(lines[i], " "); {
		case strings.HasPrefix(keyword, "//"), slices.Contains([]string{"func", "type", "var", "const"}, keyword):
			return end
		case keyword != "":
			end = i
		}
	}
	return end
}

// declared are the names that a declaration gives: rest is its first line
// after the keyword, body what follows up to its end.
func declared(keyword, rest string, body []string) []string {
	if keyword == "func" {
		receiver := ""
		if strings.HasPrefix(rest, "(") {
			var of string
			of, rest, _ = strings.Cut(rest[1:], ") ")
			receiver = identifier(strings.TrimPrefix(of[strings.LastIndex(of, " ")+1:], "*")) + "."
		}
		return []string{receiver + identifier(rest)}
	}
	if rest != "(" {
		return identifiers(rest)
	}
	var names []string
	for _, line := range body {
		// The specs of a group are indented by one tab.
		if inner, ok := strings.CutPrefix(line, "\t"); ok && identifier(inner) != "" {
			names = append(names, identifiers(inner)...)
		}
	}
	return names
}

// identifiers are the names at the head of a spec: "a, b = 1, 2".
func identifiers(spec string) []string {
	var names []string
	for {
		name := identifier(spec)
		names = append(names, name)
		var more bool
		if spec, more = strings.CutPrefix(spec[len(name):], ", "); !more {
			return names
		}
	}
}

// identifier is the name that s starts with, "" if it starts with none.
func identifier(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		return s
	}
	return s[:end]
}

func uncomment(lines []string) string {
	var words []string
	for _, line := range lines {
		words = append(words, strings.Fields(strings.TrimPrefix(line, "//"))...)
	}
	return strings.Join(words, " ")
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
		i := slices.IndexFunc(f.decls, func(d goDecl) bool { return slices.Contains(d.names, w) })
		if i < 0 {
			return "", 0, fmt.Errorf("%s declares no %s: correct the name (methods are written Type.Method)", g.path(name), w)
		}
		if line == 0 {
			line = f.decls[i].line
		}
		parts = append(parts, f.decls[i].source)
	}
	return strings.Join(parts, "\n\n"), line, nil
}

// test returns where the folder's test with that name stands.
func (g *goFolder) test(name string) (file string, line int, ok bool) {
	if g.tests == nil {
		entries, err := fs.ReadDir(g.fsys, g.dir)
		if err != nil {
			return "", 0, false
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
			continue
		}
		for _, d := range f.decls {
			if d.isFunc && d.names[0] == name {
				return g.path(test), d.named, true
			}
		}
	}
	return "", 0, false
}
