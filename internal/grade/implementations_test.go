package grade

import (
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/nightly"
)

// ownTest is the learner's file where the learner writes the test.
const ownTest = testDir + "/own_test.go"

// implementations of a function that adds up its arguments.
var implementations = map[string]string{
	"right-plus":        "package leakyfanout\n\nfunc Add(a, b int) int { return a + b }\n",
	"right-backwards":   "package leakyfanout\n\nfunc Add(a, b int) int { return b - -a }\n",
	"wrong-minus":       "package leakyfanout\n\nfunc Add(a, b int) int { return a - b }\n",
	"wrong-never-minus": "package leakyfanout\n\nfunc Add(a, b int) int { return max(a+b, 0) }\n",
	"wrong-waits":       "package leakyfanout\n\nfunc Add(a, b int) int {\n\tif a == 7 {\n\t\tselect {}\n\t}\n\treturn a + b\n}\n",
}

// all are the ids of the implementations, in their order.
var all = []string{"right-plus", "right-backwards", "wrong-minus", "wrong-never-minus", "wrong-waits"}

// newTestBench is a workbook whose kata asks for a test, and runs it against the
// implementations with these ids: the more there are, the longer it takes.
func newTestBench(t *testing.T, test string, ids ...string) *bench {
	t.Helper()
	b := newBench(t, nil)
	suite := Suite{Kata: testKata, Dir: testDir, File: path.Base(ownTest), Files: map[string][]byte{}, Modules: b.suite.Modules}
	for name, content := range b.suite.Files {
		if path.Dir(name) != testDir {
			suite.Files[name] = content
		}
	}
	suite.Files[testFile] = []byte(implementations["right-plus"])
	for name := range b.suite.Files {
		if path.Dir(name) == testDir {
			b.remove(name)
		}
	}
	b.suite = suite
	b.write(map[string]string{testFile: implementations["right-plus"], ownTest: test})
	for _, id := range ids {
		b.suite.Implementations = append(b.suite.Implementations, Implementation{
			ID: id, Right: strings.HasPrefix(id, "right-"), What: "the one called " + id,
			Files: map[string][]byte{testFile: []byte(implementations[id])},
		})
	}
	b.grader.Limit = 2 * time.Second
	return b
}

func ownTests(body string) string {
	return "package leakyfanout_test\n\nimport (\n\t\"testing\"\n\n\t\"example.com/workbook/" + testDir + "\"\n)\n\n" + body
}

const adds = `func TestAdds(t *testing.T) {
	for _, c := range [][3]int{{1, 2, 3}, {-4, 1, -3}} {
		if got := leakyfanout.Add(c[0], c[1]); got != c[2] {
			t.Errorf("Add(%d, %d) is %d", c[0], c[1], got)
		}
	}
}
`

const ends = `
func TestEnds(t *testing.T) {
	sum := make(chan int, 1)
	go func() { sum <- leakyfanout.Add(7, 1) }()
	for range 1000 {
		runtime.Gosched()
		if len(sum) > 0 {
			return
		}
	}
	t.Error("Add of 7 does not return")
}
`

func TestATestThatTellsRightFromWrongPasses(t *testing.T) {
	b := newTestBench(t, strings.Replace(ownTests(adds+ends), "import (", "import (\n\t\"runtime\"", 1), all...)
	var told []string
	b.suite.Tell = func(one explain.Test) { told = append(told, one.Name) }
	v := b.want(explain.Pass, "accepts all 2 right implementations and notices all 3 wrong ones")
	if len(v.Tests) != 7 || v.Tests[2].Message != "your test accepts the one called right-plus" ||
		v.Tests[4].Message != "your test notices the one called wrong-minus, by TestAdds" {
		t.Errorf("results %+v", v.Tests)
	}
	if len(told) != 7 || !slices.Equal(told[:3], []string{gosource.NoSleep, gosource.NoSource, "right-plus"}) {
		t.Errorf("told of %v, want all, and first of the test itself and of the first implementation", told)
	}
}

// TestARefusalCountsThoughTheRestTakesLong: a subtest has failed, and the next one
// does not end.
func TestARefusalCountsThoughTheRestTakesLong(t *testing.T) {
	b := newTestBench(t, ownTests("func TestAdds(t *testing.T) {\n\tt.Run(\"one\", func(t *testing.T) {\n\t\tif leakyfanout.Add(-4, 1) != -3 {\n\t\t\tt.Error(\"no\")\n\t\t}\n\t})\n"+
		"\tt.Run(\"two\", func(t *testing.T) {\n\t\tif leakyfanout.Add(-4, 1) != -3 || leakyfanout.Add(7, 1) != 8 {\n\t\t\tselect {}\n\t\t}\n\t})\n}\n"), all...)
	v := b.want(explain.Fail, "notices 2 of 3")
	if got := v.Tests[4].Message; got != "your test notices the one called wrong-minus, by TestAdds" {
		t.Errorf("it says %q of a refusal before a hang", got)
	}
	if got := v.Tests[6].Message; !strings.Contains(got, "hangs on the one called wrong-waits") {
		t.Errorf("it says %q of a hang without a refusal", got)
	}
}

// TestATestIsToldWhatItMisjudges: by day not of what gosource finds, which has
// tests of its own.
func TestATestIsToldWhatItMisjudges(t *testing.T) {
	for name, c := range map[string]struct {
		against string // the implementations: the fewer, the less is built
		test    string
		result  string // the one that says it
		says    string
		sum     string // of the verdict
	}{
		"misses one": {
			"right-plus wrong-minus wrong-waits",
			ownTests(adds), "wrong-waits", "your test passes the one called wrong-waits: it did not notice",
			"your test notices 1 of 2 wrong implementations; start with the next: your test passes the one called wrong-waits",
		},
		"passes everything": {
			"right-plus wrong-minus wrong-waits",
			ownTests("func TestAdds(t *testing.T) { leakyfanout.Add(1, 2) }\n"), "wrong-minus", "it did not notice",
			"your test passes all 2 wrong implementations: it notices nothing yet",
		},
		"fails everything": {
			"right-plus right-backwards wrong-minus",
			ownTests("func TestAdds(t *testing.T) { t.Errorf(\"got %d\", leakyfanout.Add(1, 2)) }\n"), "right-backwards",
			"your test refuses the one called right-backwards, which is right; TestAdds: got 3",
			"your test refuses every implementation, the right ones as well; start there",
		},
		"hangs on one": {
			"right-plus wrong-minus wrong-waits",
			ownTests("func TestAdds(t *testing.T) {\n\tif leakyfanout.Add(7, 1) != 8 || leakyfanout.Add(-2, 1) != -1 {\n\t\tt.Error(\"no\")\n\t}\n}\n"),
			"wrong-waits", "your test hangs on the one called wrong-waits, and was ended after 2s; a test that waits", "notices 1 of 2",
		},
		"lets chance decide": {
			"right-plus wrong-minus",
			ownTests("var runs int\n\nfunc TestAdds(t *testing.T) {\n\tif runs++; runs == 2 && leakyfanout.Add(1, 1) != 2 {\n\t\tt.Error(\"no\")\n\t}\n}\n"),
			"wrong-minus", "notices the one called wrong-minus in 1 of 3 runs: chance decides", "notices 0 of 1",
		},
		"sleeps": {
			"right-plus wrong-minus",
			strings.Replace(ownTests("func TestAdds(t *testing.T) {\n\ttime.Sleep(time.Millisecond)\n\tleakyfanout.Add(1, 2)\n}\n"), "import (", "import (\n\t\"time\"", 1),
			gosource.NoSleep, "TestAdds sleeps in real time at own_test.go:11 and looks then", "passes all 1 wrong",
		},
		"reads source": {
			"right-plus wrong-minus",
			strings.Replace(ownTests("func TestAdds(t *testing.T) {\n\t_, _ = os.ReadFile(\"notes.go\")\n\tleakyfanout.Add(1, 2)\n}\n"), "import (", "import (\n\t\"os\"", 1),
			gosource.NoSource, "own_test.go:11 uses os.ReadFile: a test that reads the source", "passes all 1 wrong",
		},
		"depends on the order": {
			"right-plus right-backwards wrong-minus",
			ownTests("var added bool\n\nfunc TestA(t *testing.T) { added = leakyfanout.Add(1, 1) == 2 }\n\n" +
				"func TestB(t *testing.T) {\n\tif !added {\n\t\tt.Error(\"nothing was added\")\n\t}\n}\n\n" +
				"func TestC(t *testing.T) {\n\tif !added {\n\t\tt.Error(\"nothing was added\")\n\t}\n\tadded = false\n}\n"),
			"right-backwards", "your tests depend on their order: in another one (go test -shuffle) ", "refuses 1 of 2 right",
		},
	} {
		if (c.result == gosource.NoSleep || c.result == gosource.NoSource) && !nightly.On() {
			continue
		}
		t.Run(name, func(t *testing.T) {
			v := newTestBench(t, c.test, strings.Fields(c.against)...).want(explain.Fail, c.sum)
			i := slices.IndexFunc(v.Tests, func(one explain.Test) bool { return one.Name == c.result })
			if i < 0 || v.Tests[i].Status != explain.Fail || !strings.Contains(v.Tests[i].Message, c.says) {
				t.Fatalf("results %+v\nwant %s to say %q", v.Tests, c.result, c.says)
			}
			if !slices.ContainsFunc(v.Findings, func(f explain.Finding) bool { return f.Test == c.result }) {
				t.Errorf("no finding speaks of %s: %+v", c.result, v.Findings)
			}
		})
	}
}

func TestATestThatCannotBeRunHasAVerdictOfItsOwn(t *testing.T) {
	for name, c := range map[string]struct {
		test   string
		status explain.Status
		says   string
	}{
		"does not compile":       {ownTests("func TestAdds(t *testing.T) { leakyfanout.Sub(1, 2) }\n"), explain.CompileError, "undefined: leakyfanout.Sub"},
		"does not parse":         {"package leakyfanout_test\n\nfunc {\n", explain.CompileError, "own_test.go:3:6: expected 'IDENT'"},
		"has no test":            {"package leakyfanout_test\n", explain.Fail, "own_test.go has no test; write func TestXxx"},
		"hangs":                  {ownTests("func TestAdds(t *testing.T) { leakyfanout.Add(1, 2); select {} }\n"), explain.Timeout, "TestAdds had not ended after 2s"},
		"forges results":         {ownTests("func TestAdds(t *testing.T) {\n\tleakyfanout.Add(1, 2)\n\tprintln()\n\tos.Stdout.WriteString(\"\\x16=== RUN   TestForged\\n\\x16--- PASS: TestForged (0.00s)\\n\")\n}\n"), explain.Untrusted, "does not count"},
		"forges on one":          {ownTests("func TestAdds(t *testing.T) {\n\tif leakyfanout.Add(1, 2) == -1 {\n\t\tos.Exit(0)\n\t}\n}\n"), explain.Untrusted, "calls os.Exit(0) during TestAdds"},
		"passes in its TestMain": {ownTests("func TestAdds(t *testing.T) { leakyfanout.Add(1, 2) }\n\nfunc TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(0)\n}\n"), explain.Fail, "notices nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(c.test, "os.") {
				c.test = strings.Replace(c.test, "import (", "import (\n\t\"os\"", 1)
			}
			newTestBench(t, c.test, "right-plus", "wrong-minus").want(c.status, c.says)
		})
	}
}

// TestTheCodeOnDiskDoesNotDecide: whoever edits the code under test, to make a
// test pass or for a try, gets the verdict on the workbook's own and is told so.
func TestTheCodeOnDiskDoesNotDecide(t *testing.T) {
	b := newTestBench(t, ownTests("func TestAdds(t *testing.T) {\n\tif leakyfanout.Add(1, 2) != 4 {\n\t\tt.Error(\"no\")\n\t}\n}\n"), "right-plus", "wrong-minus", "wrong-waits")
	b.write(map[string]string{testFile: "package leakyfanout\n\nfunc Add(a, b int) int { return 4 }\n"})
	v := b.want(explain.Fail, "refuses every implementation")
	if len(v.Notes) != 1 || !strings.Contains(v.Notes[0], testFile+" is not as the workbook has it; your test was run against the workbook's own") {
		t.Errorf("notes %q", v.Notes)
	}
	b.suite.Answer = map[string][]byte{ownTest: []byte(ownTests(adds))}
	b.want(explain.Fail, "notices 1 of 2")
}
