package course

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
)

// decode reads TOML strictly: a key that nobody knows is a mistake. firstLine
// is the line of the file on which src starts.
func (l *loader) decode(file string, firstLine int, src []byte, into any) bool {
	dec := toml.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	err := dec.Decode(into)
	if err == nil {
		return true
	}
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		for _, e := range strict.Errors {
			row, _ := e.Position()
			l.problem(file, firstLine+row-1, "unknown key %q: remove it, or correct its spelling", strings.Join(e.Key(), "."))
		}
		return false
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		row, _ := bad.Position()
		l.problem(file, firstLine+row-1, "not valid TOML: %s", strings.TrimPrefix(bad.Error(), "toml: "))
		return false
	}
	l.problem(file, firstLine, "not valid TOML: %v", err)
	return false
}

const fence = "+++"

// frontMatter decodes the TOML between the two +++ lines at the head of a
// Markdown file and returns what follows, with the line it starts on.
func (l *loader) frontMatter(file string, src []byte, into any) (body string, bodyLine int, ok bool) {
	text := strings.ReplaceAll(string(src), "\r\n", "\n")
	head, rest, found := strings.Cut(strings.TrimPrefix(text, fence+"\n"), "\n"+fence+"\n")
	if !strings.HasPrefix(text, fence+"\n") || !found {
		l.problem(file, 1, "no front matter: start the file with a TOML block between two lines of %s", fence)
		return "", 0, false
	}
	ok = l.decode(file, 2, []byte(head), into)
	return rest, strings.Count(head, "\n") + 4, ok
}

// headerLines returns, for each TOML header such as [[question]], the lines on
// which it stands, so that a problem in the n-th table can name its line.
func headerLines(src []byte) map[string][]int {
	out := map[string][]int{}
	n := 0
	for line := range bytes.Lines(src) {
		n++
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '[' {
			out[string(line)] = append(out[string(line)], n)
		}
	}
	return out
}

// folders returns the numbered folders of a content folder, in order, that
// hold the file name.
func (l *loader) folders(fsys fs.FS, under, name string) []string {
	matches, err := fs.Glob(fsys, "*/"+name)
	if err != nil {
		l.problem(under, 0, "cannot be listed: %v", err)
	}
	var out []string
	for _, m := range matches {
		dir := path.Dir(m)
		if _, _, ok := numbered(dir); !ok {
			l.problem(path.Join(under, m), 0, "the folder's name must be two digits, a dash and a name, such as 23-leaky-fanout: rename %s", dir)
			continue
		}
		out = append(out, dir)
	}
	return out
}

func (l *loader) read(fsys fs.FS, under, name string) ([]byte, bool) {
	src, err := fs.ReadFile(fsys, name)
	if err != nil {
		l.problem(path.Join(under, name), 0, "cannot be read (%v): restore it, for example with git checkout", err)
		return nil, false
	}
	return src, l.checkText(path.Join(under, name), src)
}

// checkText refuses what an editor or git left in a text. It reports whether
// there was none: the rest of such a file means nothing.
func (l *loader) checkText(file string, src []byte) bool {
	n := 0
	for line := range bytes.Lines(src) {
		n++
		switch {
		case bytes.HasPrefix(line, []byte("<<<<<<< ")) || bytes.HasPrefix(line, []byte(">>>>>>> ")):
			l.problem(file, n, "a conflict marker of git: settle the conflict and remove the markers")
		case bytes.IndexByte(line, 0) >= 0:
			l.problem(file, n, "a NUL byte: remove it, or restore the file, for example with git checkout")
		case !utf8.Valid(line):
			l.problem(file, n, "bytes that are not UTF-8: save the file as UTF-8")
		default:
			continue
		}
		return false
	}
	return true
}
