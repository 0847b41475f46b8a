package solutions_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// TestCorpus runs every variant of every kata against the pristine suite and
// requires the verdict that its corpus.toml names.
func TestCorpus(t *testing.T) {
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	seen, runs := &patterns{byKata: map[string]map[string][]string{}}, 1
	if *update {
		runs = 12 // a near miss that fails in several ways is not recognised
	}
	g := &corpusGrader{grader: &grade.Grader{Runner: &gorun.Runner{Root: pristineClone(t, c)}, Shuffle: "on"}, runs: runs}
	ctx := t.Context()
	for _, k := range c.Katas {
		for _, v := range k.Variants {
			t.Run(k.ID+"/"+v.ID, func(t *testing.T) {
				verdicts := g.add(k, v)
				t.Parallel() // from here on, all that were asked for are known
				g.start(ctx)
				n := 0
				for verdict := range verdicts {
					n++
					requireVerdict(t, v, verdict)
					seen.add(k, v, explain.Pattern(verdict.Status, verdict.Tests))
					if is := k.Recognise(explain.Pattern(verdict.Status, verdict.Tests)); is != nil && is != v && !*update {
						t.Errorf("it is taken for %s: run go test ./solutions -update", is.ID)
					}
				}
				if n != runs {
					t.Errorf("%d verdicts, want %d: %v", n, runs, g.err)
				}
			})
		}
	}
	t.Cleanup(g.running.Wait)
	if *update {
		t.Cleanup(func() { seen.write(t) })
	}
}

// corpusGrader grades variants in rounds, one variant of each kata in each: the
// go command then builds and runs as many at a time as there are processors.
type corpusGrader struct {
	grader *grade.Grader
	runs   int

	once    sync.Once
	running sync.WaitGroup
	rounds  []round
	err     error // of the first round that failed; read it once the verdicts have ended
}

// A round holds variants of different katas.
type round struct {
	suites   []grade.Suite
	verdicts []chan grade.Verdict
}

// add asks for the verdicts on a variant. The channel is closed after the last.
func (g *corpusGrader) add(k *course.Kata, v *course.Variant) <-chan grade.Verdict {
	suite := grade.Suite{Kata: k.ID, Dir: k.Dir(), File: k.File, Files: k.Suite, Answer: map[string][]byte{}}
	for name, data := range v.Files {
		suite.Answer[k.Dir()+"/"+name] = data
	}
	verdicts := make(chan grade.Verdict, g.runs)
	i := slices.IndexFunc(g.rounds, func(r round) bool {
		return !slices.ContainsFunc(r.suites, func(s grade.Suite) bool { return s.Kata == k.ID })
	})
	if i < 0 {
		i = len(g.rounds)
		g.rounds = append(g.rounds, round{})
	}
	r := &g.rounds[i]
	r.suites, r.verdicts = append(r.suites, suite), append(r.verdicts, verdicts)
	return verdicts
}

// start begins with the rounds, once.
func (g *corpusGrader) start(ctx context.Context) {
	g.once.Do(func() {
		g.running.Go(func() {
			for _, r := range g.rounds {
				for range g.runs {
					err := g.grader.GradeAll(ctx, r.suites, func(i int, v grade.Verdict) { r.verdicts[i] <- v })
					if g.err == nil {
						g.err = err
					}
				}
				for _, verdicts := range r.verdicts {
					close(verdicts)
				}
			}
		})
	})
}

var update = flag.Bool("update", false, "write anew by what the near misses are recognised (patterns.toml)")

// patterns are those of the verdicts that the variants got, by kata and
// variant.
type patterns struct {
	mu     sync.Mutex
	byKata map[string]map[string][]string
}

func (p *patterns) add(k *course.Kata, v *course.Variant, pattern string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byKata[k.ID] == nil {
		p.byKata[k.ID] = map[string][]string{}
	}
	if !slices.Contains(p.byKata[k.ID][v.ID], pattern) {
		p.byKata[k.ID][v.ID] = append(p.byKata[k.ID][v.ID], pattern)
	}
}

// write keeps the patterns of near misses that always look the same and that
// no other variant ever looks like.
func (p *patterns) write(t *testing.T) {
	for kata, all := range p.byKata {
		variants := map[string]int{"": 2}
		for _, seen := range all {
			for _, pattern := range seen {
				variants[pattern]++
			}
		}
		out := "# Written by go test ./solutions -update: by what a near miss is recognised.\n"
		for _, id := range slices.Sorted(maps.Keys(all)) {
			if seen := all[id]; strings.HasPrefix(id, "wrong-") && len(seen) == 1 && variants[seen[0]] == 1 {
				out += fmt.Sprintf("%s = %q\n", id, seen[0])
			}
		}
		if err := os.WriteFile(filepath.Join(kata, "patterns.toml"), []byte(out), 0o644); err != nil {
			t.Error(err)
		}
	}
}

func requireVerdict(t *testing.T, v *course.Variant, got grade.Verdict) {
	t.Helper()
	if !got.Race {
		t.Fatalf("the race detector was off: %s", got.Summary)
	}
	if v.Right() {
		if got.Status != explain.Pass {
			t.Errorf("%s, want pass: %s\n%s", got.Status, got.Summary, failures(got))
		}
		return
	}
	if got.Status != explain.Fail {
		t.Fatalf("%s, want fail: %s\n%s", got.Status, got.Summary, got.Detail)
	}
	for _, name := range v.RefusedBy {
		i := slices.IndexFunc(got.Tests, func(test explain.Test) bool { return test.Name == name })
		if i < 0 || got.Tests[i].Status != explain.Fail {
			t.Errorf("%s did not refuse it; the tests that did:\n%s", name, failures(got))
		}
	}
}

func failures(v grade.Verdict) string {
	out := ""
	for _, test := range v.Tests {
		if test.Status != explain.Pass {
			out += test.Name + " " + string(test.Status) + "\n" + test.Output + "\n"
		}
	}
	return out
}

// pristineClone is a module of the same name and requirements with the suites
// as they were committed: what a learner has done in katas/ decides nothing.
func pristineClone(t *testing.T, c *course.Course) string {
	t.Helper()
	root := t.TempDir()
	write := func(name string, data []byte) {
		path := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum"} {
		data, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		write(name, data)
	}
	for _, k := range c.Katas {
		for name, data := range k.Suite {
			write(name, data)
		}
	}
	return root
}
