package grade

import (
	"context"
	"errors"
	"go/scanner"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/regular"
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

// A trialOfTest is one grading of a learner's test.
type trialOfTest struct {
	*Grader
	suite   Suite
	tests   map[string][]byte // the learner's files, by slash path
	results []explain.Test    // of [gosource.NoSleep], [gosource.NoSource], and each implementation
	right   int
	refused int
	missed  int      // wrong ones that were not refused in each run
	blind   bool     // none was in any
	whole   *Verdict // set where a run says that there is nothing to tell of single ones
}

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
	t := &trialOfTest{Grader: g, suite: s, tests: files}
	found, err := gosource.ReadSuite(s.Dir, files)
	var syntax scanner.ErrorList
	switch {
	case errors.As(err, &syntax):
		return Verdict{Status: explain.CompileError, Summary: explain.TestNotParsed(syntax[0]), Detail: syntax.Error(), Race: m.Race}
	case err != nil:
		return Verdict{Status: explain.Fail, Summary: explain.NoTest(path.Join(s.Dir, s.File)), Race: m.Race}
	}
	t.look()
	t.tryAll(ctx, len(found.Tests))
	if t.whole != nil {
		return *t.whole
	}
	v := t.verdict()
	v.Race = m.Race
	if !v.Race && v.Status == explain.Pass {
		v.Status, v.Summary = explain.Unavailable, explain.WithoutRace(len(v.Tests), m.RaceProblem)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Files)) {
		have, err := readSource(m.Root, name)
		if path.Dir(name) == s.Dir && s.Answer == nil && (err != nil || !sameText(have, s.Files[name])) {
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

// fileProblem says what is wrong with the learner's file, "" if it can be read.
func fileProblem(root, file, kata string) string {
	_, err := readSource(root, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return explain.AnswerGone(file, kata)
	case errors.Is(err, regular.ErrNotRegular), errors.Is(err, regular.ErrTooLarge):
		return explain.AnswerNoFile(file, kata, err)
	case err != nil:
		return explain.AnswerUnreadable(file, kata, err)
	}
	return ""
}

// look reads the test itself, for what no run against an implementation shows.
func (t *trialOfTest) look() {
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
	t.results = []explain.Test{sleep, source}
	for _, one := range t.results {
		t.tell(one)
	}
}

func (t *trialOfTest) tell(one explain.Test) {
	if t.suite.Tell != nil {
		t.suite.Tell(one)
	}
}

// tryAll runs the tests, so many, against each implementation, the first one
// alone. It tells of each as it is known.
func (t *trialOfTest) tryAll(ctx context.Context, tests int) {
	all := t.suite.Implementations
	out := make([]explain.Test, len(all))
	whole := make([]*Verdict, len(all))
	for i, one := range all {
		out[i] = explain.Test{Name: one.ID, Status: explain.NotRun, Message: explain.NotTried(one.What)}
	}
	known := make(chan int)
	group, trying := errgroup.WithContext(ctx)
	group.SetLimit(runtime.NumCPU())
	try := func(i int) error {
		shuffle := "" // the first runs in the order of the file
		if all[i].Right && i > 0 && tests > 1 {
			shuffle = strconv.FormatInt(reversing(tests), 10)
		}
		out[i], whole[i] = t.try(trying, all[i], shuffle)
		if whole[i] != nil {
			return errNothingToTell
		}
		select {
		case known <- i:
		case <-trying.Done():
		}
		return nil
	}
	go func() {
		defer close(known)
		if try(0) != nil {
			return
		}
		for i := range all[1:] {
			group.Go(func() error { return try(i + 1) })
		}
		_ = group.Wait() // what went wrong is in whole
	}()
	for i := range known {
		t.tell(out[i])
	}
	for _, v := range whole {
		if v != nil && t.whole == nil {
			t.whole = v
		}
	}
	t.results = append(t.results, out...)
}

var errNothingToTell = errors.New("the test cannot be run")

// try runs the learner's test against one implementation, and says how it judged
// it; or returns the verdict of the run where the test could not be run at all.
func (t *trialOfTest) try(ctx context.Context, one Implementation, shuffle string) (explain.Test, *Verdict) {
	v, report := t.against(ctx, one, shuffle)
	result := explain.Test{Name: one.ID, Status: explain.Fail, Elapsed: v.Elapsed}
	first := one.ID == t.suite.Implementations[0].ID
	switch {
	case v.Status == explain.Unavailable, v.Status == explain.Untrusted, first && v.Status != explain.Pass && v.Status != explain.Fail:
		return result, &v
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
func (t *trialOfTest) passesInOrder(ctx context.Context, one Implementation) bool {
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
func (t *trialOfTest) against(ctx context.Context, one Implementation, shuffle string) (Verdict, *gorun.Report) {
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

func (t *trialOfTest) limit() time.Duration {
	if t.Limit > 0 {
		return min(t.Limit, implementationLimit)
	}
	return implementationLimit
}

// verdict sums up how the test judged the implementations.
func (t *trialOfTest) verdict() Verdict {
	v := Verdict{Status: explain.Pass, Tests: t.results}
	byID := map[string]Implementation{}
	wrong := 0
	t.blind = true
	for _, one := range t.suite.Implementations {
		byID[one.ID] = one
		if one.Right {
			t.right++
		} else {
			wrong++
		}
	}
	for _, result := range t.results {
		if result.Status == explain.Pass {
			continue
		}
		v.Status = explain.Fail
		one, isImplementation := byID[result.Name]
		switch {
		case !isImplementation:
		case one.Right:
			t.refused++
		default:
			t.missed++
			t.blind = t.blind && result.Message == explain.Misses(one.What)
		}
		v.Findings = append(v.Findings, explain.Finding{
			Kind: explain.KindContract, Text: result.Message, Test: result.Name,
			Places: []explain.Place{{File: result.File, Line: result.Line, What: "fails"}},
		})
	}
	if v.Status == explain.Pass {
		v.Summary = explain.TestPassed(t.right, wrong)
	} else {
		first := firstFailure(t.results[len(t.results)-len(byID):])
		if first.Name == "" {
			first = firstFailure(t.results)
		}
		v.Summary = explain.TestFailed(t.refused, t.right, t.missed, wrong, t.blind, first.Message)
	}
	return v
}
