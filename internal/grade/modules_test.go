package grade

import (
	"os"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
)

// leakCheck is the suite's use of goleak, which has it built from a module.
const leakCheck = `package leakyfanout_test

import (
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }
`

// newModuleBench is a workbook whose suite imports goleak and is built with
// module files of the grader's own.
func newModuleBench(t *testing.T) *bench {
	t.Helper()
	sums, err := os.ReadFile("../../go.sum")
	if err != nil {
		t.Fatal(err)
	}
	modules := map[string]string{
		"go.mod": "module example.com/workbook\n\ngo 1.26.0\n\nrequire go.uber.org/goleak v1.3.0\n",
		"go.sum": string(sums),
	}
	b := newBench(t, modules)
	b.write(map[string]string{testDir + "/main_test.go": leakCheck})
	b.suite.Files[testDir+"/main_test.go"] = []byte(leakCheck)
	b.suite.Modules = map[string][]byte{}
	for name, content := range modules {
		b.suite.Modules[name] = []byte(content)
	}
	return b
}

func TestWhatTheSuiteIsBuiltFromIsCompared(t *testing.T) {
	const required = "module example.com/workbook\n\ngo 1.26.0\n\nrequire go.uber.org/goleak v1.3.0\n"
	for name, c := range map[string]struct {
		files   map[string]string
		trouble string // "" where there is none
	}{
		"a replace":         {map[string]string{"go.mod": required + "\nreplace go.uber.org/goleak => ./mine\n"}, "go.mod:7 replaces go.uber.org/goleak"},
		"another version":   {map[string]string{"go.mod": strings.Replace(required, "v1.3.0", "v1.2.0", 1)}, "go.mod:5 requires go.uber.org/goleak@v1.2.0, and the suite is built from v1.3.0"},
		"not required":      {map[string]string{"go.mod": "module example.com/workbook\n\ngo 1.26.0\n"}, "go.mod does not require go.uber.org/goleak"},
		"not a go.mod":      {map[string]string{"go.mod": "module example.com/workbook\n\nnonsense\n"}, "go.mod cannot be compared with the workbook's (go.mod:3: unknown directive: nonsense)"},
		"another sum":       {map[string]string{"go.sum": "x v1 h1:\ngo.uber.org/goleak v1.3.0 h1:AAAA=\n"}, "go.sum:2 is not what the workbook has for go.uber.org/goleak"},
		"no sum":            {map[string]string{"go.sum": ""}, "go.sum lacks a line for go.uber.org/goleak"},
		"a vendor folder":   {map[string]string{"vendor/modules.txt": "# go.uber.org/goleak v1.3.0\n"}, "vendor is not of the workbook"},
		"a go.work":         {map[string]string{"go.work": "go 1.26.0\n\nuse .\n"}, "go.work is not of the workbook"},
		"a kata's go.mod":   {map[string]string{testDir + "/go.mod": "module mine\n"}, testDir + "/go.mod is not of the workbook"},
		"the kit's go.mod":  {map[string]string{"katas/internal/kit/go.mod": "module mine\n"}, "katas/internal/kit/go.mod is not of the workbook"},
		"a go.mod above":    {map[string]string{"katas/go.mod": "module mine\n"}, "katas/go.mod is not of the workbook"},
		"something further": {map[string]string{"go.mod": required + "\nrequire example.com/more v1.0.0\n\nreplace example.com/more => ./more\n"}, ""},
		"line endings":      {map[string]string{"go.mod": strings.ReplaceAll(required, "\n", "\r\n")}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newModuleBench(t)
			b.write(c.files)
			got := strings.Join(newTestPlan(t, b).trouble, "\n")
			if c.trouble == "" && got != "" || !strings.Contains(got, c.trouble) {
				t.Errorf("trouble %q, want %q", got, c.trouble)
			}
		})
	}
}

// TestTheSuiteIsBuiltWithTheGradersModules has a goleak that finds nothing in
// each place from where a plain `go test` would take it. The answer leaks.
func TestTheSuiteIsBuiltWithTheGradersModules(t *testing.T) {
	mine := map[string]string{
		testFile:         "package leakyfanout\n\nfunc Add(a, b int) int {\n\tgo func() { select {} }()\n\treturn a + b\n}\n",
		"mine/go.mod":    "module go.uber.org/goleak\n\ngo 1.26.0\n",
		"mine/goleak.go": "package goleak\n\nimport \"os\"\n\nfunc VerifyTestMain(m interface{ Run() int }) { os.Exit(m.Run()) }\n",
	}
	b := newModuleBench(t)
	b.write(mine)
	b.write(map[string]string{"go.mod": string(b.suite.Modules["go.mod"]) + "\nreplace go.uber.org/goleak => ./mine\n"})
	v := b.want(explain.Untrusted, "go.mod:7 replaces go.uber.org/goleak")
	if !strings.Contains(v.Detail, "found unexpected goroutines") && statuses(v.Tests) != "pass pass" {
		t.Errorf("tests %s, detail %s", statuses(v.Tests), v.Detail)
	}

	b = newModuleBench(t)
	b.write(mine)
	b.write(map[string]string{
		testDir + "/go.mod":                   "module mine\n",
		"vendor/modules.txt":                  "# go.uber.org/goleak v1.3.0\n## explicit\ngo.uber.org/goleak\n",
		"vendor/go.uber.org/goleak/goleak.go": mine["mine/goleak.go"],
		"go.work":                             "go 1.26.0\n\nuse .\n\nreplace go.uber.org/goleak => ./mine\n",
	})
	v = b.want(explain.Untrusted, "go.work is not of the workbook and changes what the suite is built from; remove it")
	if len(v.Notes) != 2 || statuses(v.Tests) != "pass pass" {
		t.Errorf("tests %s, notes %q", statuses(v.Tests), v.Notes)
	}

	// Where nothing is wrong, the leak is found, with a go.sum of the grader's.
	b = newModuleBench(t)
	b.write(mine)
	b.write(map[string]string{"go.mod": string(b.suite.Modules["go.mod"]) + "\nreplace example.com/other => ./mine\n"})
	b.want(explain.Fail, "goroutines were left running at "+testFile+":4")
}
