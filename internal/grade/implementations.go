package grade

import (
	"cmp"
	"context"
	"errors"
	"go/scanner"
	"maps"
	"math/rand"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
)

// Implementation is a version of the code under test that a learner's test is
// run against.
type Implementation struct {
	ID    string
	Right bool              // the test has to accept it; else to refuse it
	What  string            // what it is: "the channel with room for one answer"
	Files map[string][]byte // by slash path below the module root
}

// implementationLimit is how long the learner's tests may run against one
// implementation, unless the grader's limit is shorter.
const implementationLimit = 10 * time.Second

// implementationCPU is with how many processors they run, one after the other: a
// test that is right by luck is not right three times.
var implementationCPU = []int{1, 2, 4}

// testGrading is one grading of a learner's test.
type testGrading struct {
	*Grader
	suite Suite
	tests map[string][]byte // the learner's files, by slash path
}

// judged is what one run of the learner's test came to.
type judged struct {
	explain.Test
	notes []string
}

// unjudged is a run that says nothing of a single implementation: its verdict is
// the one on the whole.
type unjudged struct{ Verdict }

func (u unjudged) Error() string { return u.Summary }

// gradeTest runs the learner's test against each implementation and tells how it
// judged them. What keeps the test from running at all is found by the first.
func (g *Grader) gradeTest(ctx context.Context, s Suite) Verdict {
	m := g.Runner.Probe(ctx)
	if problem := m.Blocker(); problem != "" {
		return unavailable(problem)
	}
	if name := OtherVersion(m.Root, s); name != "" {
		return unavailable(explain.OtherVersion(name, s.Kata))
	}
	files, problem := learnersTests(m.Root, s)
	if problem != "" {
		return unavailable(problem)
	}
	file := path.Join(s.Dir, s.File)
	found, err := gosource.ReadSuite(s.Dir, files)
	var syntax scanner.ErrorList
	switch {
	case errors.As(err, &syntax):
		first := syntax[0]
		return Verdict{Status: explain.CompileError, Summary: explain.TestNotParsed(first), Detail: syntax.Error(), Race: m.Race, Findings: []explain.Finding{{
			Kind: explain.KindCompile, Text: first.Msg, Places: []explain.Place{{File: first.Pos.Filename, Line: first.Pos.Line, What: "does not compile"}},
		}}}
	case err != nil:
		return Verdict{Status: explain.Fail, Summary: explain.NoTest(file), Race: m.Race, Findings: []explain.Finding{{Kind: explain.KindContract, Text: explain.NoTest(file)}}}
	}
	t := &testGrading{Grader: g, suite: s, tests: files}
	all := t.habits()
	for _, one := range all {
		t.tell(one)
	}
	implementations, err := t.tryAll(ctx, len(found.Tests))
	var whole unjudged
	if errors.As(err, &whole) {
		return whole.Verdict
	}
	for _, one := range implementations {
		all = append(all, one.Test)
	}
	v := t.verdict(all)
	v.Race = m.Race
	for _, one := range implementations {
		for _, note := range one.notes {
			if !slices.Contains(v.Notes, note) {
				v.Notes = append(v.Notes, note)
			}
		}
	}
	if !v.Race && v.Status == explain.Pass {
		v.Status, v.Summary = explain.Unavailable, explain.WithoutRace(len(v.Tests), m.RaceProblem)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		have, err := readSource(m.Root, name)
		underTest := path.Dir(name) == s.Dir && !strings.HasSuffix(name, "_test.go")
		if underTest && s.Answer == nil && (err != nil || !sameText(have, s.Files[name])) {
			v.Notes = append(v.Notes, explain.NotTheCodeOnDisk(name, s.Kata))
		}
	}
	return v
}

// learnersTests are the test files in the kata's folder that are not the
// suite's.
func learnersTests(root string, s Suite) (files map[string][]byte, problem string) {
	if s.Answer != nil {
		return s.Answer, ""
	}
	if problem := fileProblem(root, path.Join(s.Dir, s.File), s.Kata); problem != "" {
		return nil, problem
	}
	entries, err := os.ReadDir(onDisk(root, s.Dir))
	if err != nil {
		return nil, explain.AnswerUnreadable(s.Dir, s.Kata, err)
	}
	files = map[string][]byte{}
	for _, entry := range entries {
		name := path.Join(s.Dir, entry.Name())
		if s.Files[name] != nil || entry.IsDir() || !isGoInput(name) || !strings.HasSuffix(name, "_test.go") {
			continue
		}
		if files[name], err = readSource(root, name); err != nil {
			return nil, explain.HelperUnreadable(name, err)
		}
	}
	return files, ""
}

// habits are what no run against an implementation shows of the test itself.
func (t *testGrading) habits() []explain.Test {
	sleep := explain.Test{Name: gosource.NoSleep, Status: explain.Pass, Message: explain.NoSleep()}
	source := explain.Test{Name: gosource.NoSource, Status: explain.Pass, Message: explain.NoSource()}
	for _, name := range slices.Sorted(maps.Keys(t.tests)) {
		habits, err := gosource.ReadHabits(name, t.tests[name])
		if err != nil {
			continue // the compiler says so
		}
		if len(habits.Sleeps) > 0 && sleep.Status == explain.Pass {
			at := habits.Sleeps[0]
			sleep.Status, sleep.File, sleep.Line = explain.Fail, name, at.Line
			sleep.Message = explain.Sleeps(at.Name, name, at.Line)
		}
		if len(habits.Reads) > 0 && source.Status == explain.Pass {
			at := habits.Reads[0]
			source.Status, source.File, source.Line = explain.Fail, name, at.Line
			source.Message = explain.ReadsSource(name, at.Line, at.Name)
		}
	}
	return []explain.Test{sleep, source}
}

func (t *testGrading) tell(one explain.Test) {
	if t.suite.Tell != nil {
		t.suite.Tell(one)
	}
}

// tryAll runs the tests, so many, against each implementation, the first one
// alone, and tells of each as it is known. The error is ctx's, or the first
// [unjudged] run, which ends the others.
func (t *testGrading) tryAll(ctx context.Context, tests int) ([]judged, error) {
	all := t.suite.Implementations
	out := make([]judged, len(all))
	var err error
	if out[0], err = t.try(ctx, all[0], ""); err != nil { // in the order of the file
		return nil, err
	}
	t.tell(out[0].Test)
	var telling sync.Mutex
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	for i, one := range all[1:] {
		group.Go(func() error {
			shuffle := ""
			if one.Right && tests > 1 {
				shuffle = strconv.FormatInt(reversing(tests), 10)
			}
			result, err := t.try(ctx, one, shuffle)
			if err != nil {
				return err
			}
			out[i+1] = result
			telling.Lock()
			defer telling.Unlock()
			t.tell(result.Test)
			return nil
		})
	}
	return out, group.Wait()
}

// try runs the learner's test against one implementation, and says how it judged
// it. The error is an [unjudged] run, or ctx's.
func (t *testGrading) try(ctx context.Context, one Implementation, shuffle string) (judged, error) {
	v, report := t.against(ctx, one, shuffle)
	if err := ctx.Err(); err != nil {
		return judged{}, err
	}
	result := judged{explain.Test{Name: one.ID, Status: explain.Fail, Elapsed: v.Elapsed}, v.Notes}
	first := one.ID == t.suite.Implementations[0].ID
	switch {
	case v.Status == explain.Unavailable, v.Status == explain.Untrusted, first && v.Status != explain.Pass && v.Status != explain.Fail:
		return result, unjudged{v}
	case v.Status == explain.Timeout && !one.Right && refusedBefore(v.Tests) != "":
		result.Status, result.Message = explain.Pass, explain.Notices(one.What, refusedBefore(v.Tests))
		return result, nil
	case v.Status == explain.Timeout:
		result.Message = explain.HangsOn(one.What, t.limit())
		return result, nil
	case v.Status == explain.CompileError:
		result.Message = explain.DoesNotFit(one.What, strings.TrimSuffix(v.Summary, "."))
		return result, nil
	}
	said, fails := firstFailure(v.Tests), 0
	for _, test := range v.Tests {
		switch tally := report.Tests[test.Name]; {
		case tally == nil || tally.Results() < len(implementationCPU): // the process ended
			fails = len(implementationCPU)
		default:
			fails = max(fails, tally.Fails)
		}
	}
	if v.Status == explain.Fail && said.Name == "" { // as a whole
		fails = len(implementationCPU)
	}
	if said.Name == "" {
		said = explain.Test{Name: "the run", Message: v.Summary}
	}
	result.File, result.Line, result.Output = said.File, said.Line, said.Output
	switch of := len(implementationCPU); {
	case v.Status == explain.Pass && one.Right:
		result.Status, result.Message = explain.Pass, explain.Accepts(one.What)
	case v.Status == explain.Pass:
		result.Message = explain.Misses(one.What)
	case one.Right && shuffle != "" && t.passesInOrder(ctx, one):
		result.Message = explain.OrderDecides(said.Name, said.Message)
	case one.Right && fails < of:
		result.Message = explain.RefusesSometimes(one.What, fails, of, said.Name, said.Message)
	case one.Right:
		result.Message = explain.Refuses(one.What, said.Name, said.Message)
	case fails < of:
		result.Message = explain.Sometimes(one.What, fails, of)
	default:
		result.Status, result.Message = explain.Pass, explain.Notices(one.What, said.Name)
	}
	return result, nil
}

// refusedBefore is a test of a run that was ended at its limit whose subtest, or
// an earlier run of it, had failed by then: "" if there is none. A table of many
// leaks takes long to go through, because goleak looks for each again and again.
func refusedBefore(tests []explain.Test) string {
	for _, test := range tests {
		if strings.Contains(test.Output, "--- FAIL: ") {
			return test.Name
		}
	}
	return ""
}

// reversing is the value of -shuffle with which so many tests and the canary
// behind them run most nearly in reverse. It shuffles as package testing does;
// if that ever changes, the order is another one, and not that of the file.
func reversing(tests int) (seed int64) {
	most := -1
	for s := int64(1); s <= 500; s++ {
		order := make([]int, tests+1)
		for i := range order {
			order[i] = i
		}
		rand.New(rand.NewSource(s)).Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		reversed := 0
		for i, a := range order {
			for _, b := range order[i+1:] {
				if b < a && a < tests {
					reversed++
				}
			}
		}
		if reversed > most {
			seed, most = s, reversed
		}
	}
	return seed
}

// passesInOrder reports whether an implementation is accepted if the tests run in
// the order of their file.
func (t *testGrading) passesInOrder(ctx context.Context, one Implementation) bool {
	v, _ := t.against(ctx, one, "")
	return v.Status == explain.Pass
}

func firstFailure(tests []explain.Test) explain.Test {
	for _, test := range tests {
		if test.Status == explain.Fail {
			return test
		}
	}
	return explain.Test{}
}

// against grades one implementation by the learner's test as if that were a
// suite.
func (t *testGrading) against(ctx context.Context, one Implementation, shuffle string) (Verdict, *gorun.Report) {
	s := Suite{
		Kata: t.suite.Kata, Dir: t.suite.Dir, File: path.Base(slices.Sorted(maps.Keys(one.Files))[0]),
		Files: map[string][]byte{}, Modules: t.suite.Modules, Answer: one.Files, given: t.tests,
	}
	for name, content := range t.suite.Files {
		if path.Dir(name) != s.Dir { // the kit
			s.Files[name] = content
		}
	}
	maps.Copy(s.Files, t.tests)
	g := &Grader{
		Runner: t.Runner, Limit: t.limit(), OutputLimit: t.OutputLimit, Shuffle: shuffle, CPU: implementationCPU, Secret: t.Secret,
		quick: t.quick, buildLimit: t.buildLimit, grace: t.grace,
	}
	began := time.Now()
	v, report := g.grade(ctx, s)
	v.Elapsed = time.Since(began)
	return v, report
}

func (t *testGrading) limit() time.Duration {
	if t.Limit > 0 {
		return min(t.Limit, implementationLimit)
	}
	return implementationLimit
}

// verdict sums up how the test judged the implementations, and its habits.
func (t *testGrading) verdict(all []explain.Test) Verdict {
	v := Verdict{Status: explain.Pass, Tests: all}
	score := explain.TestScore{Blind: true}
	first := "" // what it does to the first implementation that it misjudges
	for _, result := range all {
		i := slices.IndexFunc(t.suite.Implementations, func(one Implementation) bool { return one.ID == result.Name })
		isRight := i >= 0 && t.suite.Implementations[i].Right
		isWrong := i >= 0 && !isRight
		if isRight {
			score.Right++
		}
		if isWrong {
			score.Wrong++
		}
		if result.Status == explain.Pass {
			continue
		}
		if isRight {
			score.Refused++
		}
		if isWrong {
			score.Missed++
			score.Blind = score.Blind && result.Message == explain.Misses(t.suite.Implementations[i].What)
		}
		if i >= 0 && first == "" {
			first = result.Message
		}
		v.Status = explain.Fail
		v.Findings = append(v.Findings, explain.Finding{
			Kind: explain.KindContract, Text: result.Message, Test: result.Name,
			Places: []explain.Place{{File: result.File, Line: result.Line, What: "fails"}},
		})
	}
	v.Summary = score.Passed()
	if v.Status == explain.Fail {
		v.Summary = score.Failed(cmp.Or(first, v.Findings[0].Text))
	}
	return v
}
