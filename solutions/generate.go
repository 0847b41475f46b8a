//go:build ignore

// This program writes pristine.txtar: the briefs and every file that a verdict
// rests on, as they stand in katas/ now. Run it with go generate ./solutions
// after a change of a brief, a suite or the kit.
package main

import (
	"bytes"
	"flag"
	"io/fs"
	"log"
	"os"
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/tools/txtar"
)

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "only say whether pristine.txtar is up to date")
	flag.Parse()
	archive := &txtar.Archive{Comment: []byte("The pristine briefs, suites and suite kit. Written by go generate ./solutions; do not edit.\n\n")}
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
		case !inKit && !isTest && learners(dir, base):
			return nil
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		archive.Files = append(archive.Files, txtar.File{Name: slash, Data: data})
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	if *check {
		if old, err := os.ReadFile("pristine.txtar"); err != nil || !bytes.Equal(old, txtar.Format(archive)) {
			log.Fatal("pristine.txtar is not what katas/ holds: run go generate ./solutions, and commit it if the change of katas/ is meant")
		}
		return
	}
	if err := os.WriteFile("pristine.txtar", txtar.Format(archive), 0o644); err != nil {
		log.Fatal(err)
	}
}

// learners reports whether the file is one that learners repair: the corpus of
// its kata has a start of it.
func learners(dir, base string) bool {
	start := filepath.Join(path.Base(dir), "start")
	if _, err := os.Stat(start); err != nil {
		log.Fatalf("%s has no start: write solutions/%s first", dir, start)
	}
	_, err := os.Stat(filepath.Join(start, base))
	return err == nil
}
