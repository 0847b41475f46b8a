package grade

import (
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
)

// TestWhatTheBinaryHoldsIsLookedThrough puts what blinds the race detector, or
// reaches around it, where an answer can bring it in from.
func TestWhatTheBinaryHoldsIsLookedThrough(t *testing.T) {
	const (
		other   = "katas/internal/other/other.go"
		further = "internal/further/further.go"
	)
	using := func(pkg string) string {
		return "package leakyfanout\n\nimport _ \"example.com/workbook/" + pkg + "\"\n\nfunc Add(a, b int) int { return a + b }\n"
	}
	for name, c := range map[string]struct {
		files   map[string]string
		trouble string // "" where there is none
	}{
		"norace in a folder below": {map[string]string{
			testFile: using(testDir + "/below"), testDir + "/below/below.go": "package below\n\n//go:norace\nfunc F() {}\n",
		}, testDir + "/below/below.go:3 hides code from the race detector with //go:norace"},
		"norace in the internal folder of the katas": {map[string]string{
			testFile: using("katas/internal/other"), other: "package other\n\n//go:norace\nfunc F() {}\n",
		}, other + ":3 hides code"},
		"norace two imports away": {map[string]string{
			testFile: using("katas/internal/other"), other: using("internal/further"), further: "package further\n\n//go:norace\nfunc F() {}\n",
		}, further + ":3 hides code"},
		"norace in a file for another system": {map[string]string{
			testFile: using("internal/further"), "internal/further/further_plan9.go": "package further\n\n//go:norace\nfunc F() {}\n",
		}, "internal/further/further_plan9.go:3 hides code"},
		"linkname in another package": {map[string]string{
			testFile: using("internal/further"), further: "package further\n\nimport _ \"unsafe\"\n\n//go:linkname f runtime.f\nfunc f()\n",
		}, further + ":5 reaches into another package"},
		"assembly in the kata": {map[string]string{testDir + "/add_amd64.s": "TEXT"}, testDir + "/add_amd64.s is not Go"},
		"an object in another package": {map[string]string{
			testFile: using("internal/further"), further: "package further\n", "internal/further/more.syso": "",
		}, "internal/further/more.syso is not Go"},
		"cgo in the kata": {map[string]string{testDir + "/c.go": "package leakyfanout\n\n// int x;\nimport \"C\"\n"}, testDir + "/c.go:4 brings in C"},
		"cgo in another package": {map[string]string{
			testFile: using("internal/further"), further: "package further\n\nimport \"C\"\n",
		}, further + ":3 brings in C"},
		"a call in the kata": {map[string]string{testFile: `package leakyfanout

import rt "runtime"

func Add(a, b int) int {
	rt.RaceDisable()
	return a + b
}
`}, testFile + ":6 tells the race detector what to ignore with runtime.RaceDisable"},
		"a call by a dot import": {map[string]string{testFile: "package leakyfanout\n\nimport . \"runtime\"\n\nfunc Add(a, b int) int { RaceAcquire(nil); return a + b }\n"},
			testFile + ":5 tells the race detector what to ignore with runtime.RaceAcquire"},
		"the detector's own package":    {map[string]string{testFile: "package leakyfanout\n\nimport _ \"internal/race\"\n"}, testFile + ":3 tells the race detector"},
		"a package that nobody imports": {map[string]string{further: "package further\n\n//go:norace\nfunc F() {}\n"}, ""},
		"a test of another package": {map[string]string{
			testFile: using("internal/further"), further: "package further\n", "internal/further/further_test.go": "package further\n\n//go:norace\nfunc F() {}\n",
		}, ""},
		"the rest of package runtime": {map[string]string{testFile: "package leakyfanout\n\nimport \"runtime\"\n\nfunc Add(a, b int) int { runtime.Gosched(); return a + b }\n"}, ""},
		"two packages that import each other": {map[string]string{
			testFile: using("katas/internal/other"), other: using("internal/further"), further: using("katas/internal/other"),
		}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, nil)
			b.write(c.files)
			got := strings.Join(newTestPlan(t, b).trouble, "\n")
			if c.trouble == "" && got != "" || !strings.Contains(got, c.trouble) {
				t.Errorf("trouble %q, want %q", got, c.trouble)
			}
		})
	}
}

// TestARaceHiddenInAnotherPackageIsNotTrusted is one of those cases as it runs.
func TestARaceHiddenInAnotherPackageIsNotTrusted(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	b.write(map[string]string{
		testFile:                        "package leakyfanout\n\nimport \"example.com/workbook/katas/internal/other\"\n\nfunc Add(a, b int) int { return other.Add(a, b) }\n",
		"katas/internal/other/other.go": "package other\n\nvar last int\n\n//go:norace\nfunc Add(a, b int) int {\n\tdone := make(chan bool)\n\tgo func() { last = a; close(done) }()\n\tlast = b\n\t<-done\n\treturn a + b\n}\n",
	})
	b.want(explain.Untrusted, "katas/internal/other/other.go:5 hides code from the race detector")
}

// TestAFileThatOnlyTheCompilerReadsDoesNotPass: go/parser gives up on code that is
// nested deeper than the compiler minds. Then go vet does as well, which go test
// runs on all that it builds.
func TestAFileThatOnlyTheCompilerReadsDoesNotPass(t *testing.T) {
	const deep = "internal/further/deep.go"
	b := newBench(t, nil)
	b.write(map[string]string{
		testFile: "package leakyfanout\n\nimport \"example.com/workbook/internal/further\"\n\nfunc Add(a, b int) int { return a + b*further.One }\n",
		deep:     "package further\n\nvar One = " + strings.Repeat("(", 100_001) + "1" + strings.Repeat(")", 100_001) + "\n",
	})
	if v := b.grade(); v.Status == explain.Pass || !strings.Contains(v.Summary, deep+":3:") {
		t.Errorf("judged %s: %s", v.Status, v.Summary)
	}
}
