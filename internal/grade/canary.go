package grade

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"

	"example.com/leakproof/internal/explain"
)

// canary is a test that has to fail, in a run whose failing tests are heard.
//
// It fails in a nested run of the testing package, so that the outer run still
// ends with status 0 if all is well: goleak.VerifyTestMain looks for leaks and
// the testing package for late races only then.
type canary struct {
	explain.Canary
	message string
	ldflags string // value for -ldflags that gives the canary its name and message
	source  []byte
}

// canaryComplaint is what the host says if the canary did not fail.
const canaryComplaint = "a failing test was reported as passed"

// canarySource sorts last in its folder and belongs to the external test
// package, so that without -shuffle it runs after the suite.
const canarySource = `package %s

import (
	"runtime"
	"testing"
)

var canarySong string

func %s(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0)) // RunTests sets it for -cpu
	mustFail := testing.InternalTest{Name: "TestCanaryFails" + canarySong, F: func(t *testing.T) { t.Error("canary " + canarySong) }}
	all := func(_, _ string) (bool, error) { return true, nil }
	if testing.RunTests(all, []testing.InternalTest{mustFail}) {
		t.Error(%q)
	}
}
`

// newCanary names the canary after a hash of everything that is compiled: a
// file cannot contain its own hash, and as long as nothing changes neither
// does the canary, so that the build cache still hits.
//
// The name comes in when the binary is linked. In the source it would change
// the tests with each save, and their main package would be compiled anew: a
// quarter of the time to a verdict. (Debug tables cost nothing: go test has the
// linker leave them out of a binary that it does not keep.)
func newCanary(module, dir, external string, compiled ...map[string][]byte) canary {
	hash := sha256.New()
	for _, files := range compiled {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(hash, "%q %d\n", name, len(files[name]))
			hash.Write(files[name])
		}
	}
	song := fmt.Sprintf("%x", hash.Sum(nil))
	host := "TestCanary"
	return canary{
		Canary:  explain.Canary{Host: host, Name: "TestCanaryFails" + song, File: "zz_canary_test.go"},
		message: "canary " + song,
		ldflags: fmt.Sprintf("./%s=-X=%s/%s_test.canarySong=%s", dir, module, dir, song),
		source:  fmt.Appendf(nil, canarySource, external, host, canaryComplaint),
	}
}
