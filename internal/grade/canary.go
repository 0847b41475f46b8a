package grade

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/regular"
)

// canary is a test that has to fail, in a run whose failing tests are heard.
//
// It fails in a nested run of the testing package, so that the outer run still
// ends with status 0 if all is well: goleak.VerifyTestMain looks for leaks and
// the testing package for late races only then.
type canary struct {
	explain.Canary
	message string
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

const canarySong = %q

func %s(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0)) // RunTests sets it for -cpu
	mustFail := testing.InternalTest{Name: "TestCanaryFails" + canarySong, F: func(t *testing.T) { t.Error("canary " + canarySong) }}
	all := func(_, _ string) (bool, error) { return true, nil }
	if testing.RunTests(all, []testing.InternalTest{mustFail}) {
		t.Error(%q)
	}
}
`

// userSecret is what names depend on besides what is compiled, unless a grader
// has a secret of its own: the files are there for everybody to hash. It is kept,
// because with another one in each process no build would be found again.
var userSecret = sync.OnceValue(func() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		return rand.Text() // for this process; what is built is built again
	}
	return keptSecret(filepath.Join(cache, "leakproof", "canary"))
})

// keptSecret is the secret in a file, which is made where there is none. A file
// that cannot be used is none: the secret is then that of one call.
func keptSecret(file string) string {
	kept, err := regular.Read(file, 1<<10)
	if err == nil && len(kept) >= len(rand.Text()) {
		return string(kept)
	}
	fresh := rand.Text()
	if os.MkdirAll(filepath.Dir(file), 0o700) == nil {
		_ = os.WriteFile(file, []byte(fresh), 0o600) // without it the next process builds again
	}
	return fresh
}

// newCanary names the canary after everything that is compiled. As long as
// nothing changes neither does the canary, so that the build cache still hits;
// when the answer changes, all that depends on the name is compiled anew anyway.
//
// The name stands in the source: what comes in when the binary is linked
// (-ldflags -X) can be read in its build information, and -trimpath, which keeps
// it out of there, would have the standard library compiled once more.
func newCanary(secret, external string, compiled ...map[string][]byte) canary {
	song := digest(hmac.New(sha256.New, []byte(secret)), compiled...)
	host := "TestCanary"
	return canary{
		Canary:  explain.Canary{Host: host, Name: "TestCanaryFails" + song, File: "zz_canary_test.go"},
		message: "canary " + song,
		source:  fmt.Appendf(nil, canarySource, external, song, host, canaryComplaint),
	}
}

// digest names files and their names.
func digest(by hash.Hash, sets ...map[string][]byte) string {
	for _, files := range sets {
		for _, name := range slices.Sorted(maps.Keys(files)) {
			fmt.Fprintf(by, "%q %d\n", name, len(files[name]))
			by.Write(files[name])
		}
	}
	return fmt.Sprintf("%x", by.Sum(nil))
}
