package gorun

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestFaultsOfTheMachineAreNamed feeds what the tools print.
func TestFaultsOfTheMachineAreNamed(t *testing.T) {
	m := &Machine{tempDir: "/mnt/small", cache: "/home/ada/.cache/go-build", compiler: "CC=gcc CGO_LDFLAGS=-lnope"}
	for name, c := range map[string]struct{ printed, want string }{
		"full, the linker":          {"# example.com/x.test\n/usr/local/go/pkg/tool/linux_amd64/link: mapping output file failed: no space left on device\n", "there is no space left for the build (/usr/local/go/pkg/tool/linux_amd64/link: mapping output file failed: no space left on device); free some in /mnt/small and in the build cache /home/ada/.cache/go-build, or set"},
		"full, the C linker":        {"# x\nlink: running gcc failed: exit status 1\n/usr/bin/ld: final link failed: No space left on device\n", "there is no space left for the build (/usr/bin/ld: final link failed: No space left"},
		"full, the go command":      {"go: creating work dir: mkdir /mnt/small/go-build1: no space left on device\n", "there is no space left for the build (creating work dir"},
		"full, mapped":              {"unexpected fault address 0x7f\nfatal error: fault\n[signal SIGBUS: bus error code=0x2 addr=0x7f pc=0x1]\n", "there is no space left for the build ([signal SIGBUS"},
		"a quota":                   {"open /tmp/x: disk quota exceeded\n", "there is no space left"},
		"the linker killed":         {"x/katas/01-a.test: /usr/local/go/pkg/tool/linux_amd64/link: signal: killed\n", "the Go linker was killed by a signal from outside ("},
		"the compiler killed":       {"x/katas/01-a: C:\\Go\\pkg\\tool\\windows_amd64\\compile.exe: signal: killed\n", "the Go compiler was killed by a signal"},
		"the C linker killed":       {"collect2: fatal error: ld terminated with signal 9 [Killed], core dumped\n", "the C linker was killed by a signal"},
		"the C compiler killed":     {"gcc: fatal error: Killed signal terminated program cc1\ncompilation terminated.\n", "the C compiler was killed by a signal"},
		"no memory, the compiler":   {"fatal error: runtime: cannot allocate memory\n\nruntime stack:\n", "the machine is out of memory (fatal error: runtime: cannot allocate memory); close other programs"},
		"no memory to start":        {"go: fork/exec /usr/local/go/pkg/tool/linux_amd64/compile: cannot allocate memory\n", "the machine is out of memory (fork/exec"},
		"no memory for the race":    {"==59==ERROR: ThreadSanitizer failed to allocate 0x5fb0000 (100335616) bytes at address 1 (errno: 12)\n", "the machine is out of memory (==59=="},
		"no threads":                {"runtime: failed to create new OS thread (have 5 already; errno=11)\n", "the machine allows no further process or thread ("},
		"no files":                  {"open /x: too many open files\n", "the machine allows no further open file ("},
		"no execution":              {"fork/exec /mnt/small/leakproof-1/go-build2/b001/a.test: permission denied\n", "the temporary folder /mnt/small forbids the execution of programs (permission denied); set GOTMPDIR"},
		"a virus scanner":           {"fork/exec /mnt/small/leakproof-1/go-build2/b001/a.test.exe: Operation did not complete successfully because the file contains a virus or potentially unwanted software.\n", "a virus scanner, or a rule of who manages this machine, keeps a program from starting that was just built (Operation"},
		"a policy":                  {"fork/exec /mnt/small/leakproof-1/go-build2/b001/a.test.exe: Access is denied.\n", "a virus scanner, or a rule of who manages this machine, keeps a program from starting that was just built (Access is denied.); have /mnt/small left out of the scan"},
		"a tool taken away":         {"go: fork/exec C:\\Go\\pkg\\tool\\compile.exe: The system cannot find the file specified.\n", "a program of the build cannot be started (fork/exec C:"},
		"a tool not executable":     {"go: fork/exec /usr/local/go/pkg/tool/linux_amd64/compile: permission denied\n", "a program of the build cannot be started (fork/exec /usr/local/go"},
		"a cache that is read-only": {"open /x/y: read-only file system\n", "a folder that the build writes to cannot be used (open /x/y"},

		"a compiler's error": {"# x\nkatas/01-a/notes.go:3:2: undefined: no space left on device\n./notes.go:5:1: signal: killed\n\thave (\"no space left on device\")\n", ""},
		"go vet's":           {"vet: ./notes.go:3:2: cannot allocate memory\n", ""},
		"another":            {"x.Add: relocation target x.add not defined\n", ""},
	} {
		if got := m.Fault(c.printed); !strings.HasPrefix(got, c.want) || (got == "") != (c.want == "") {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestAFailingCCompilerIsNamedWithItsSettings(t *testing.T) {
	m := &Machine{compiler: "CC=gcc CGO_LDFLAGS=-lnope"}
	for printed, want := range map[string]string{
		"# runtime/cgo\ngcc: error: unrecognized command-line option '-fnope'\n":                                                           "(gcc: error: unrecognized command-line option '-fnope')",
		"runtime/cgo: /usr/local/go/pkg/tool/linux_amd64/cgo: exit status 2\n":                                                             "(runtime/cgo: /usr/local/go/pkg/tool/linux_amd64/cgo: exit status 2)",
		"# x.test\n/go/link: running gcc failed: exit status 1\n/usr/bin/gcc -m64 -lnope\n/usr/bin/ld: cannot find -lnope: No such file\n": "(/usr/bin/ld: cannot find -lnope: No such file)",
		"# x.test\nx.Add: relocation target x.add not defined\n":                                                                           "",
	} {
		if want != "" {
			want = "the C compiler that the race detector needs fails with CC=gcc CGO_LDFLAGS=-lnope " + want + "; set it right, or "
		}
		if got := m.CompilerFault(printed); !strings.HasPrefix(got, want) || (got == "") != (want == "") {
			t.Errorf("%q: %q, want %q", printed, got, want)
		}
	}
}

// fakeGo is a runner whose go command is a shell script.
func fakeGo(t *testing.T, script string) *Runner {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the go command is a shell script here")
	}
	r := newRunner(t, nil)
	r.GoCommand = filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(r.GoCommand, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestSettingsThatKeepGoFromRunningAreNamed: each sentence says which one.
func TestSettingsThatKeepGoFromRunningAreNamed(t *testing.T) {
	answer := func(version, pin string) string {
		return `echo '{"GOVERSION": "` + version + `", "GOTOOLCHAIN": "` + pin + `", "GOMODCACHE": "/x", "CC": "gcc"}'`
	}
	for name, c := range map[string]struct{ variable, value, script, want string }{
		"no HOME":             {"HOME", "", `echo 'build cache is required, but could not be located: GOCACHE is not defined and neither $XDG_CACHE_HOME nor $HOME are defined' >&2; exit 1`, "HOME is not set, so the go command has no place for its caches; set HOME"},
		"no HOME but a cache": {"HOME", "", `echo '{"GOVERSION": "go1.26.0", "GOCACHE": "/x"}'`, "HOME is not set"},
		"an old toolchain":    {"GOTOOLCHAIN", "go1.25.0", answer("go1.25.0", "go1.25.0"), "the workbook needs Go 1.26.0 and this is go1.25.0, which GOTOOLCHAIN=go1.25.0 asks for; unset GOTOOLCHAIN"},
		"an old Go":           {"GOTOOLCHAIN", "local", answer("go1.25.0", "local"), "the workbook needs Go 1.26.0 and this is go1.25.0; install a newer Go"},
		"no such toolchain":   {"GOTOOLCHAIN", "go1.99.0", "echo 'go: downloading go1.99.0 (linux/amd64)\ngo: download go1.99.0: toolchain not available' >&2; exit 1", "the Go that GOTOOLCHAIN=go1.99.0 asks for is not there (download go1.99.0: toolchain not available); unset"},
		"a wrong GOROOT":      {"GOROOT", "/nowhere", "echo 'go: cannot find GOROOT directory: /nowhere' >&2; exit 2", "GOROOT is set to /nowhere, where Go is not"},
		"no temporary folder": {"TMPDIR", "/nowhere", "exit 1", "no folder can be made in the temporary folder /nowhere: "},
		"a full disk":         {"GOROOT", "", "echo 'go: mkdir /x: no space left on device' >&2; exit 1", "there is no space left"},
		"killed later":        {"GOROOT", "", `case $1 in env) echo '{"GOVERSION": "go1.26.0", "GOMODCACHE": "/x", "CC": "sh"}';; *) kill -KILL $$;; esac`, "the go command was killed by a signal from outside ("},
		"killed":              {"GOROOT", "", "kill -KILL $$", "the go command was killed by a signal from outside ("},
	} {
		t.Run(name, func(t *testing.T) {
			r := fakeGo(t, c.script)
			t.Setenv(c.variable, c.value)
			if got := r.Probe(t.Context()).Blocker(); !strings.HasPrefix(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestASignalFromOutsideIsToldFromOurs(t *testing.T) {
	r := fakeGo(t, "kill -KILL $$")
	m := &Machine{Root: r.Root, GoPath: r.GoCommand}
	if end := m.Run(t.Context(), Command{TempDir: t.TempDir(), Name: m.GoPath}); end.Signal != "killed" || end.Cause != nil || end.Exit != -1 {
		t.Errorf("killed from outside: %+v", end)
	}
}

func TestABuildCacheThatCannotBeWrittenIsNamed(t *testing.T) {
	dir := t.TempDir()
	if got := (&Machine{cache: dir}).CacheFault(); got != "" {
		t.Errorf("a good one: %q", got)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if got := (&Machine{cache: filepath.Join(dir, "gone")}).CacheFault(); !strings.Contains(got, "set GOCACHE to another folder") {
		t.Errorf("none: %q", got)
	}
}
