package solutions_test

import (
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
	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/tools/verdicts"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/lessons"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// TestCorpus runs the variants of every kata against the pristine suite and
// requires the verdict that its corpus.toml names. Whoever waits for it has two of each
// kata run, the start and the reference; where LEAKPROOF_CORPUS is "enough", as in
// .ci/run, those that are [enough]; of katas that -run names, and at night, every
// variant. One that got its verdict from the same grader, suite and machine before is
// not run again: see [verdicts.Cache].
func TestCorpus(t *testing.T) {
	c, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	seen, runs := &patterns{byKata: map[string]map[string][]string{}}, 1
	remembered := verdicts.Open()
	if *update {
		runs = 12 // a near miss that fails in several ways is not recognised
		remembered = verdicts.Cache{}
	}
	basis, err := verdicts.Look(t.Context(), "..", "./solutions")
	if err != nil {
		t.Logf("every variant is graded, because it is not known what its verdict rests on: %v", err)
		remembered = verdicts.Cache{}
	}
	everything := nightly.On() || *update || strings.Contains(flag.Lookup("test.run").Value.String(), "/")
	fromCache, all, left := 0, 0, 0
	runner := &gorun.Runner{Root: pristineClone(t, c)}
	g := &corpusGrader{
		quick: &grade.Grader{Runner: runner, Shuffle: "on", Secret: "corpus", Short: true},
		whole: &grade.Grader{Runner: runner, Shuffle: "on", Secret: "corpus"},
		runs:  runs,
	}
	ctx := t.Context()
	for _, k := range c.Katas {
		needed := map[*course.Variant]bool{k.Variant("start"): true, k.Variant("solution"): true}
		if os.Getenv("LEAKPROOF_CORPUS") == "enough" {
			needed = enough(k)
		}
		for _, v := range k.Variants {
			if !everything && !needed[v] {
				left++
				continue
			}
			t.Run(k.ID+"/"+v.ID, func(t *testing.T) {
				all++
				suite := suiteOf(k, v)
				files := []map[string][]byte{suite.Files, suite.Answer}
				for _, one := range suite.Implementations {
					files = append(files, one.Files)
				}
				key := basis.Key(required(k, v, everything), files...)
				if remembered.Has(key) {
					fromCache++
					return
				}
				quickly := func(verdict grade.Verdict) bool { return mistaken(k, v, verdict) == "" }
				if everything && v.Right() || nightly.On() || *update {
					quickly = nil
				}
				if !everything && v.Right() && v.ID != "solution" {
					suite.Implementations = rightAndAWrongOne(suite.Implementations)
				}
				got := g.add(suite, fewOf(suite, v), quickly)
				t.Parallel() // from here on, all that were asked for are known
				g.start(ctx)
				n := 0
				for verdict := range got {
					n++
					if wrong := mistaken(k, v, verdict); wrong != "" {
						t.Error(wrong)
					}
					seen.add(k, v, explain.Pattern(verdict.Status, verdict.Tests))
				}
				if n != runs {
					t.Errorf("%d verdicts, want %d: %v", n, runs, g.err)
				}
				if !t.Failed() {
					remembered.Keep(key)
				}
			})
		}
	}
	t.Logf("%d of %d verdicts came from the cache; %d were left to whoever names their kata", fromCache, all, left)
	t.Cleanup(g.running.Wait)
	if *update {
		t.Cleanup(func() { seen.write(t) })
	}
}

// suiteOf is what the grader is asked about a variant.
func suiteOf(k *course.Kata, v *course.Variant) grade.Suite {
	suite := workbook.Suite(k)
	suite.Answer = map[string][]byte{}
	for name, data := range v.Files {
		suite.Answer[k.Dir()+"/"+name] = data
	}
	return suite
}

// enough are the variants that show of each test that it can fail and of the suite
// that it accepts more than the reference: the start, the reference, the first
// other good repair, and then the near miss that most of the tests left over
// refuse, until none is left.
func enough(k *course.Kata) map[*course.Variant]bool {
	chosen, shown := map[*course.Variant]bool{}, map[string]bool{}
	var misses []*course.Variant
	right := 0
	for _, v := range k.Variants {
		switch {
		case v.Right():
			right++
			chosen[v] = right <= 2
		case v.ID == "start":
			chosen[v] = true
		default:
			misses = append(misses, v)
			continue
		}
		for _, test := range v.RefusedBy {
			shown[test] = true
		}
	}
	for {
		var best *course.Variant
		most := 0
		for _, v := range misses {
			n := 0
			for _, test := range v.RefusedBy {
				if !shown[test] {
					n++
				}
			}
			if n > most {
				best, most = v, n
			}
		}
		if best == nil {
			return chosen
		}
		chosen[best] = true
		for _, test := range best.RefusedBy {
			shown[test] = true
		}
	}
}

// TestEnoughShowsThatEveryTestCanFail: what a near miss that is left out is
// refused by has refused another variant.
func TestEnoughShowsThatEveryTestCanFail(t *testing.T) {
	variant := func(id string, refusedBy ...string) *course.Variant {
		return &course.Variant{ID: id, RefusedBy: refusedBy}
	}
	k := &course.Kata{Variants: []*course.Variant{
		variant("start", "A"), variant("solution"), variant("right-one"), variant("right-two"),
		variant("wrong-a", "A"), variant("wrong-b", "B"), variant("wrong-bc", "B", "C"), variant("wrong-d", "D"), variant("wrong-cd", "C", "D"),
	}}
	var got []string
	for _, v := range k.Variants {
		if enough(k)[v] {
			got = append(got, v.ID)
		}
	}
	if want := []string{"start", "solution", "right-one", "wrong-bc", "wrong-d"}; !slices.Equal(got, want) {
		t.Errorf("enough are %q, want %q", got, want)
	}
}

// fewOf are the implementations that have to refuse a variant, and the first,
// which the learner's test has to compile with; of a good test, all.
func fewOf(suite grade.Suite, v *course.Variant) []grade.Implementation {
	if v.Right() {
		return suite.Implementations
	}
	var few []grade.Implementation
	for i, one := range suite.Implementations {
		if i == 0 || slices.Contains(v.RefusedBy, one.ID) {
			few = append(few, one)
		}
	}
	return few
}

// rightAndAWrongOne are the implementations that show of another good test that
// it is accepted: all that it must not refuse, and one that it must.
func rightAndAWrongOne(all []grade.Implementation) []grade.Implementation {
	var few []grade.Implementation
	wrong := false
	for _, one := range all {
		if one.Right || !wrong {
			few = append(few, one)
		}
		wrong = wrong || !one.Right
	}
	return few
}

// required is what the test asks of the verdict on a variant, and of how it came
// about.
func required(k *course.Kata, v *course.Variant, everything bool) string {
	patterns := ""
	for _, other := range k.Variants {
		patterns += other.ID + " " + other.Pattern + "\n"
	}
	return fmt.Sprintf("%s/%s %q %t\n%s", k.ID, v.ID, v.RefusedBy, everything, patterns)
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

// mistaken says what is wrong with a verdict on the variant; "" if it is as it
// should be.
func mistaken(k *course.Kata, v *course.Variant, got grade.Verdict) string {
	want := explain.Fail
	if v.Right() {
		want = explain.Pass
	}
	switch {
	case !got.Race:
		return "the race detector was off: " + got.Summary
	case got.Status != want:
		return fmt.Sprintf("%s, want %s: %s\n%s%s", got.Status, want, got.Summary, got.Detail, failures(got))
	}
	for _, name := range v.RefusedBy {
		i := slices.IndexFunc(got.Tests, func(test explain.Test) bool { return test.Name == name })
		if i < 0 || got.Tests[i].Status != explain.Fail {
			return fmt.Sprintf("%s did not refuse it; the tests that did:\n%s", name, failures(got))
		}
	}
	if is := k.Recognise(explain.Pattern(got.Status, got.Tests)); is != nil && is != v && !*update {
		return fmt.Sprintf("it is taken for %s: run go test ./solutions -update", is.ID)
	}
	return ""
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
