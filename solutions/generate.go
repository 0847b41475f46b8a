//go:build ignore

// This program writes pristine.txtar: the briefs and every file that a verdict
// rests on, as they stand in katas/ now, and go.mod and go.sum, by which the
// suites are built. Run it with go generate ./solutions after a change of one.
package main

import (
	"bytes"
	"flag"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/tools/txtar"

	"example.com/leakproof/internal/course"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "only say whether pristine.txtar is up to date and every kata stands at its start")
	flag.Parse()
	archive, err := pristine()
	if err != nil {
		log.Fatal(err)
	}
	if !*check {
		if err := os.WriteFile("pristine.txtar", archive, 0o644); err != nil {
			log.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile("pristine.txtar"); err != nil || !bytes.Equal(old, archive) {
		log.Fatal("pristine.txtar is not what katas/, go.mod and go.sum hold: run go generate ./solutions, and commit it if their change is meant")
	}
	if err := checkStarts(); err != nil {
		log.Fatal(err)
	}
}

// pristine is the archive of what katas/ and the module's own files hold now.
func pristine() ([]byte, error) {
	archive := &txtar.Archive{Comment: []byte("The pristine briefs, suites, suite kit and module files. Written by go generate ./solutions; do not edit.\n\n")}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			return nil, err
		}
		archive.Files = append(archive.Files, txtar.File{Name: name, Data: data})
	}
	err := filepath.WalkDir(filepath.Join("..", "katas"), func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		slash := strings.TrimPrefix(filepath.ToSlash(name), "../")
		dir, base := path.Split(slash)
		inKit := strings.HasPrefix(slash, "katas/internal/")
		isTest := strings.HasSuffix(base, "_test.go")
		switch {
		case path.Ext(base) != ".go" && base != "KATA.md":
			return nil
		case inKit && isTest: // the kit's own tests decide no kata
			return nil
		case !inKit && learners(dir, base):
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		archive.Files = append(archive.Files, txtar.File{Name: slash, Data: data})
		return nil
	})
	archive.Files = append(archive.Files, txtar.File{Name: course.End})
	return txtar.Format(archive), err
}

var repaired = regexp.MustCompile(`(?m)^file = "(.+)"$`)

// learners reports whether a file of a kata is one that learners work in: the
// one that its brief names, or one that the start has as well.
func learners(dir, base string) bool {
	brief, err := os.ReadFile(filepath.Join("..", dir, "KATA.md"))
	if err != nil {
		log.Fatal(err)
	}
	file := repaired.FindSubmatch(brief)
	if file == nil {
		log.Fatalf("%sKATA.md does not say which file to repair: add file = \"notes.go\" to its front matter", dir)
	}
	_, err = os.Stat(filepath.Join(path.Base(dir), "start", base))
	return string(file[1]) == base || err == nil
}

// checkStarts requires that katas/ holds what every learner starts with.
func checkStarts() error {
	c, err := course.Load(course.Sources{Lessons: os.DirFS("../lessons"), Quiz: os.DirFS("../quiz"), Solutions: os.DirFS(".")})
	if err != nil {
		return err
	}
	for _, k := range c.Katas {
		for name, want := range k.Variant("start").Files {
			got, err := os.ReadFile(filepath.Join("..", k.Dir(), name))
			if err != nil {
				return err
			}
			if !bytes.Equal(got, want) {
				log.Fatalf("%s/%s is not the start of the kata: run go run . reset %d, or correct solutions/%s/start.go, and commit it", k.Dir(), name, k.Number, k.ID)
			}
		}
	}
	return nil
}
