package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"golang.org/x/tools/txtar"

	"example.com/leakproof/internal/course"
)

// Contents is what a workspace holds that was not cloned: the katas at their
// start with their suites, the programs of lessons, labs and questions, and the
// go.mod and go.sum that all of it is built with.
type Contents struct {
	Files   map[string][]byte // by slash path
	Version string            // of the program that it comes from

	katas []*course.Kata
}

// NewContents takes the contents of a workspace from the program's own files.
func NewContents(src course.Sources, c *course.Course, version string) (Contents, error) {
	out := Contents{Files: map[string][]byte{}, Version: version, katas: c.Katas}
	archive, err := fs.ReadFile(src.Solutions, course.Archive)
	if err != nil {
		return out, err
	}
	for _, f := range txtar.Parse(archive).Files {
		if f.Name != course.End {
			out.Files[f.Name] = f.Data
		}
	}
	for _, k := range c.Katas {
		for name, data := range k.Variant("start").Files {
			out.Files[path.Join(k.Dir(), name)] = data
		}
	}
	for folder, fsys := range map[string]fs.FS{"lessons": src.Lessons, "quiz": src.Quiz} {
		err = errors.Join(err, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || path.Ext(name) != ".go" || !strings.Contains(name, "/") {
				return err
			}
			out.Files[path.Join(folder, name)], err = fs.ReadFile(fsys, name)
			return err
		}))
	}
	out.Files["README.md"] = []byte(readme)
	out.Files[".gitignore"] = []byte("*.test\n*.prof\n")
	return out, err
}

const readme = `# My Leakproof workspace

` + "```sh" + `
leakproof            # the workbook: lessons, questions, katas
leakproof check      # grade the kata whose folder you are in, elsewhere all
leakproof doctor     # what is missing on this machine, if anything is
leakproof update     # bring this workspace to the installed version
go test ./katas/...  # red until the katas are solved: that is its job
` + "```" + `

Repair the file that a kata's KATA.md names. What you write stays yours: reset and update keep a backup and say where.
`

// Katas is how many katas there are.
func (c Contents) Katas() int { return len(c.katas) }

// learners reports whether a file is one that the learner repairs.
func (c Contents) learners(name string) bool {
	return slices.ContainsFunc(c.katas, func(k *course.Kata) bool { return path.Dir(name) == k.Dir() && k.Repairs(path.Base(name)) })
}

// The record is a copy of what was written, in the workspace: what the learner
// has changed since is what differs.
const (
	record       = ".leakproof/written.txtar"
	recordFormat = "leakproof.workspace/1"
	recordLimit  = 32 << 20 // some twenty times what it has
)

// record is the file that says what was written, and by which version.
func (c Contents) record() []byte {
	archive := &txtar.Archive{Comment: []byte(recordFormat + " " + c.Version + "\n")}
	for _, name := range slices.Sorted(maps.Keys(c.Files)) {
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: c.Files[name]})
	}
	return txtar.Format(archive)
}

// readRecord is the inverse of [Contents.record], without the katas.
func readRecord(data []byte) (Contents, error) {
	archive := txtar.Parse(data)
	format, version, ok := strings.Cut(strings.TrimSpace(string(archive.Comment)), " ")
	switch {
	case !ok || len(archive.Files) == 0:
		return Contents{}, fmt.Errorf("%s is damaged: make a new workspace with leakproof init, and copy what you wrote into it", record)
	case format != recordFormat:
		return Contents{}, newer(version)
	}
	out := Contents{Files: map[string][]byte{}, Version: version}
	for _, f := range archive.Files {
		out.Files[f.Name] = f.Data
	}
	return out, nil
}

func newer(version string) error {
	return fmt.Errorf("this workspace was made by leakproof %s, which is newer than this program: install that version or a later one; nothing was changed", version)
}

// same reports whether a file is as a record has it, which ends each file with a
// line end.
func same(a, b []byte) bool {
	return sameText(bytes.TrimRight(a, "\n"), bytes.TrimRight(b, "\n"))
}
