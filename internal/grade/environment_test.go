package grade

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
)

func TestTheUsersSettingsDoNotChangeTheVerdict(t *testing.T) {
	b := newBench(t, map[string]string{testDir + "/environment_test.go": `package leakyfanout_test

import (
	"os"
	"runtime"
	"testing"
)

func TestEnvironment(t *testing.T) {
	for _, name := range []string{"GOFLAGS", "GOMAXPROCS", "GODEBUG", "GOGC", "GOTRACEBACK", "GOEXPERIMENT", "HTTP_PROXY", "https_proxy"} {
		if value := os.Getenv(name); value != "" {
			t.Errorf("%s=%s reaches the suite", name, value)
		}
	}
	if got := os.Getenv("LEAKPROOF_TEST"); got != "kept" {
		t.Errorf("LEAKPROOF_TEST=%q; the rest of the environment is the user's", got)
	}
	for name, want := range map[string]string{"GORACE": "atexit_sleep_ms=0", "GOPROXY": "off"} {
		if got := os.Getenv(name); got != want {
			t.Errorf("%s=%q, want %q", name, got, want)
		}
	}
	if runtime.GOMAXPROCS(0) != runtime.NumCPU() {
		t.Errorf("GOMAXPROCS is %d of %d", runtime.GOMAXPROCS(0), runtime.NumCPU())
	}
	if testing.Short() {
		t.Error("-short was passed on")
	}
}
`})
	// What `go env -w` writes; on some systems it has another place.
	config := t.TempDir()
	write(t, config, map[string]string{"go/env": "GOFLAGS=-run=^$ -short\nGOOS=plan9\nGOARCH=386\nGOEXPERIMENT=nosuchthing\n"})
	work := filepath.Join(t.TempDir(), "go.work")
	if err := os.WriteFile(work, []byte("go 1.26.0\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"GOENV": "", "XDG_CONFIG_HOME": config, "GOFLAGS": "-run=^$ -short", "GOWORK": work, "GOOS": "windows", "GOARCH": "arm64",
		"GOMAXPROCS": "1", "GODEBUG": "asynctimerchan=1", "GORACE": "halt_on_error=1", "GOGC": "off",
		"GOTRACEBACK": "none", "GO111MODULE": "off", "GOPROXY": "http://127.0.0.1:1", "LEAKPROOF_TEST": "kept",
		"HTTP_PROXY": "http://127.0.0.1:1", "https_proxy": "http://127.0.0.1:1", "CGO_ENABLED": "0",
	} {
		t.Setenv(name, value)
	}
	v := b.want(explain.Pass)
	if t.Failed() {
		t.Logf("tests: %+v", v.Tests)
	}
	e := b.grader.Runner.Environment(t.Context())
	if !e.OK() {
		t.Errorf("environment: %+v", e.Checks)
	}
}

func check(t *testing.T, e gorun.Environment, name string) gorun.Check {
	t.Helper()
	for _, c := range e.Checks {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no check %q in %+v", name, e.Checks)
	return gorun.Check{}
}

func TestWithoutGoNothingIsDecided(t *testing.T) {
	b := newBench(t, nil)
	t.Setenv("PATH", t.TempDir())
	b.want(explain.Unavailable, "the go command is not in PATH", "https://go.dev/dl/")
	if e := b.grader.Runner.Environment(t.Context()); e.OK() || check(t, e, "go command").OK || !check(t, e, "workbook").OK {
		t.Errorf("environment: %+v", e.Checks)
	}
}

func TestOutsideAWorkbookNothingIsDecided(t *testing.T) {
	b := newBench(t, nil)
	b.grader.Runner.Root = t.TempDir()
	b.want(explain.Unavailable, "there is no go.mod to read in "+b.grader.Runner.Root, "start leakproof in the workbook's folder")
}

func TestAnOldGoIsNamed(t *testing.T) {
	b := newBench(t, nil)
	t.Setenv("GOTOOLCHAIN", "local")
	b.write(map[string]string{"go.mod": "module example.com/workbook\n\ngo 1.999.0\n"})
	b.want(explain.Unavailable, "the workbook needs Go 1.999.0 and this is go1.", "install a newer Go")
}

func TestABrokenModuleFileIsNamed(t *testing.T) {
	b := newBench(t, nil)
	b.write(map[string]string{"go.mod": "module example.com/workbook\n\ngo 1.26.0\n\nnonsense\n"})
	b.want(explain.Unavailable, "errors parsing go.mod", "see what `go vet ./katas/...` says")
}

func TestWithoutACompilerAFailureStillCounts(t *testing.T) {
	b := newBench(t, nil)
	b.grader.quick = false
	t.Setenv("CC", "no-such-compiler")
	e := b.grader.Runner.Environment(t.Context())
	if c := check(t, e, "race detector"); c.OK {
		t.Skip("the race detector needs no C compiler here")
	} else if !strings.Contains(c.Text, `"no-such-compiler" is not in PATH; install`) {
		t.Errorf("the check says: %s", c.Text)
	}
	v := b.want(explain.Unavailable, "all 2 tests passed, but without the race detector", "install")
	if v.Race || statuses(v.Tests) != "pass pass" {
		t.Errorf("race %v, tests %s", v.Race, statuses(v.Tests))
	}
	b.write(map[string]string{testFile: badAnswer})
	b.want(explain.Fail, "TestAdds")
	// Who installs one need not start anew.
	t.Setenv("CC", "")
	if !b.grader.Runner.Probe(t.Context()).Race {
		t.Error("the grader remembers that there was no compiler")
	}
}

// TestAMissingModuleIsFetchedOnce serves a module from a folder; grading
// itself is offline.
func TestAMissingModuleIsFetchedOnce(t *testing.T) {
	proxy := t.TempDir()
	const module, version = "example.com/dependency", "v1.0.0"
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for name, content := range map[string]string{
		"go.mod":        "module " + module + "\n",
		"dependency.go": "package dependency\n\nconst One = 1\n",
	} {
		f, err := w.Create(module + "@" + version + "/" + name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, proxy, map[string]string{
		module + "/@v/list":                 "v1.0.0\n",
		module + "/@v/" + version + ".info": `{"Version":"v1.0.0"}`,
		module + "/@v/" + version + ".mod":  "module " + module + "\n",
		module + "/@v/" + version + ".zip":  archive.String(),
	})
	b := newBench(t, map[string]string{
		"go.mod":                        "module example.com/workbook\n\ngo 1.26.0\n\nrequire " + module + " " + version + "\n",
		testDir + "/dependency_test.go": "package leakyfanout_test\n\nimport (\n\t\"testing\"\n\n\t\"" + module + "\"\n)\n\nfunc TestDependency(t *testing.T) { _ = dependency.One }\n",
	})
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "modules"))
	t.Setenv("GOFLAGS", "-modcacherw")
	t.Setenv("GONOSUMDB", "example.com")
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	sum := exec.CommandContext(t.Context(), "go", "mod", "download", "-modcacherw", module)
	sum.Dir = b.root
	if out, err := sum.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out) // writes go.sum
	}
	t.Setenv("GOMODCACHE", filepath.Join(t.TempDir(), "modules"))

	t.Setenv("GOPROXY", "off")
	b.want(explain.Unavailable, "run `go mod download` while online")

	t.Setenv("GOPROXY", "file://"+filepath.ToSlash(proxy))
	b.grader = &Grader{Runner: &gorun.Runner{Root: b.root}, quick: true}
	b.want(explain.Pass)

	// The cache is read-only; make the folders removable again.
	err := filepath.WalkDir(os.Getenv("GOMODCACHE"), func(name string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(name, 0o755)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
