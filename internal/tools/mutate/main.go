// Mutate changes the reference of each kata in one place at a time, and
// requires that its suite refuses the result. What the suite accepts has to be
// listed, with the reason why it keeps the contract all the same, in
// solutions/NN-name/equivalent.toml.
//
//	go run ./internal/tools/mutate                # every kata, a table at the end
//	go run ./internal/tools/mutate 12 loop-cancel # two of them
//
// It ends with status 1 if a mutant is accepted that is not listed, or one is
// listed that is refused or does not exist any more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/signal"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/pelletier/go-toml/v2"
	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	complaints, err := run(ctx)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	}
	if complaints > 0 {
		os.Exit(1)
	}
}

func run(ctx context.Context) (complaints int, err error) {
	flag.Parse()
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		return 0, err
	}
	root, err := workspace.Find(".")
	if err != nil {
		return 0, err
	}
	katas := c.Katas
	if flag.NArg() > 0 {
		katas = nil
		for _, arg := range flag.Args() {
			k, err := c.FindKata(arg)
			if err != nil {
				return 0, err
			}
			katas = append(katas, k)
		}
	}
	grader := &grade.Grader{Runner: &gorun.Runner{Root: root}, Limit: limit, Shuffle: "on"}
	var table []score
	for _, k := range katas {
		if k.AsksForATest() {
			fmt.Printf("%s asks for a test: its implementations are the mutants\n", k.ID)
			continue
		}
		s, err := try(ctx, grader, root, k)
		if err != nil {
			return complaints, err
		}
		table = append(table, s)
		complaints += len(s.accepted) + len(s.stale)
	}
	fmt.Printf("\n%-20s %8s %8s %10s %8s\n", "kata", "mutants", "refused", "equivalent", "accepted")
	for _, s := range table {
		fmt.Printf("%-20s %8d %8d %10d %8d\n", s.kata, s.refused+s.equivalent+len(s.accepted), s.refused, s.equivalent, len(s.accepted))
	}
	return complaints, nil
}

// limit is how long a suite may run on a mutant, a hundred times what it needs.
const limit = 20 * time.Second

// score is what became of the mutants of one kata. Those that do not compile
// are none.
type score struct {
	kata                string
	refused, equivalent int
	accepted, stale     []string
}

// try grades every mutant of the kata's reference and prints each that is
// accepted and not listed, and each that is listed in vain.
func try(ctx context.Context, grader *grade.Grader, root string, k *course.Kata) (score, error) {
	s := score{kata: k.ID}
	equivalent, err := readEquivalent(filepath.Join(root, "solutions", k.ID, "equivalent.toml"))
	if err != nil {
		return s, err
	}
	reference := k.Variant("solution").Files
	var all []mutant
	for _, name := range slices.Sorted(maps.Keys(reference)) {
		some, err := mutants(reference[name])
		if err != nil {
			return s, fmt.Errorf("the reference of %s, %s: %w", k.ID, name, err)
		}
		for _, m := range some {
			if m.file = name; k.Several() {
				m.name = name + ": " + m.name
			}
			all = append(all, m)
		}
	}
	statuses := make([]explain.Status, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, m := range all {
		group.Go(func() error {
			suite := workbook.Suite(k)
			suite.Answer = map[string][]byte{}
			for name, src := range reference {
				suite.Answer[path.Join(k.Dir(), name)] = src
			}
			suite.Answer[path.Join(k.Dir(), m.file)] = m.source
			v, err := grader.Grade(ctx, suite)
			if err == nil && v.Status == explain.Unavailable {
				err = fmt.Errorf("%s cannot be graded here: %s", k.ID, v.Summary)
			}
			statuses[i] = v.Status
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return s, err
	}
	for i, m := range all {
		reason, listed := equivalent[m.name]
		switch accepted := statuses[i] == explain.Pass; {
		case accepted && reason != "":
			s.equivalent++
			delete(equivalent, m.name)
		case accepted && listed:
			return s, fmt.Errorf("%s: %q is listed without a reason: say why it keeps the contract", k.ID, m.name)
		case accepted:
			s.accepted = append(s.accepted, m.name)
			fmt.Printf("%s accepts: %s\n", k.ID, m.name)
		case statuses[i] != explain.CompileError:
			s.refused++
		}
	}
	s.stale = slices.Sorted(maps.Keys(equivalent))
	for _, name := range s.stale {
		fmt.Printf("%s refuses, or does not have: %s; take it out of equivalent.toml\n", k.ID, name)
	}
	return s, nil
}

// readEquivalent reads which mutants keep the contract, and why. Without a
// file there are none.
func readEquivalent(file string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return map[string]string{}, nil
	}
	if err != nil {
		return nil, err
	}
	var equivalent map[string]string
	if err := toml.Unmarshal(source, &equivalent); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return equivalent, nil
}
