package gorun

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/text"
)

// Environment is what a [Runner] found on this machine.
type Environment struct {
	Checks []Check `json:"checks"`
}

// OK tells whether everything is there.
func (e Environment) OK() bool {
	for _, c := range e.Checks {
		if !c.OK {
			return false
		}
	}
	return true
}

// Check is one thing that the runs need.
type Check struct {
	Name string `json:"name"` // "workbook", "go command", "temporary folder", "go version", "build", "race detector"
	OK   bool   `json:"ok"`
	Text string `json:"text"` // one sentence: what was found and, if not OK, what to do
}

const raceCheck = "race detector"

// Machine is what running something in a module needs to know about this
// machine.
type Machine struct {
	Root        string // of the module, absolute
	GoPath      string // of the go command
	Race        bool
	RaceProblem string // why there is no race detector, and what to do
	MemoryLimit int64  // see [Runner]
	NoProxy     bool   // the user has turned GOPROXY off

	// Offline and Online are the environments of the go command. Tests run
	// offline (GOPROXY=off, no proxy variables): a proxy in the environment
	// would reach the HTTP clients of the code under test. Online is the same
	// with the user's own settings, for fetching modules.
	Offline, Online []string

	tempDir  string // where temporary folders go; "" is the system's place
	cache    string // the build cache
	compiler string // the settings of the C compiler: "CC=gcc"
	checks   []Check
}

// Blocker is the first problem without whose solution nothing runs, or "".
func (m *Machine) Blocker() string {
	for _, c := range m.checks {
		if !c.OK && c.Name != raceCheck {
			return c.Text
		}
	}
	return ""
}

func (m *Machine) found(name, format string, args ...any) {
	m.checks = append(m.checks, Check{Name: name, OK: true, Text: fmt.Sprintf(format, args...)})
}

func (m *Machine) missing(name, format string, args ...any) *Machine {
	m.checks = append(m.checks, Check{Name: name, Text: fmt.Sprintf(format, args...)})
	return m
}

// look looks at everything that the runs need. Checks that depend on a failed
// one are left out.
func look(ctx context.Context, folder, goCommand string) *Machine {
	m := &Machine{}
	root, err := filepath.Abs(folder)
	if err != nil {
		return m.missing("workbook", "the workbook's folder %s cannot be found: %v; start leakproof in the workbook's folder", folder, err)
	}
	m.Root = root
	goMod, err := regular.Read(filepath.Join(root, "go.mod"), regular.SourceLimit)
	if err != nil {
		return m.missing("workbook", "there is no go.mod to read in %s; start leakproof in the workbook's folder", root)
	}
	m.found("workbook", "the workbook is in %s", root)

	m.GoPath, err = exec.LookPath(goCommand)
	if err != nil {
		return m.missing("go command", "the go command is not in PATH; install Go from https://go.dev/dl/ and open a new terminal")
	}
	m.found("go command", "the go command is %s", m.GoPath)

	if problem := m.tempProblem("TMPDIR"); problem != "" {
		return m.missing("temporary folder", "%s", problem)
	}
	// Pinned, because `go env -w` may have set them to something else.
	host := []string{"GOOS=" + runtime.GOOS, "GOARCH=" + runtime.GOARCH, "GOWORK=off", "GOFLAGS=-mod=readonly", "GOEXPERIMENT=none", "PWD=" + root}
	out, err := m.goCommand(ctx, append(without(os.Environ(), isGoSwitch), host...), "env", "-json")
	if err != nil {
		return m.missing("go version", "%s", m.noSettings(err))
	}
	var settings map[string]string
	if err := json.Unmarshal(out, &settings); err != nil {
		return m.missing("go version", "`go env -json` answers with something else than settings (%v); check which command %s is", err, m.GoPath)
	}
	if settings["GOMODCACHE"] == "" {
		return m.missing("go version", "%s", noHome)
	}
	need := goVersion(goMod)
	have, _, _ := strings.Cut(settings["GOVERSION"], " ") // "go1.26.0 X:nodwarf5" with an experiment
	if need != "" && version.IsValid(have) && version.Compare(have, need) < 0 {
		why, next := "", "install a newer Go from https://go.dev/dl/"
		if pin, _, _ := strings.Cut(settings["GOTOOLCHAIN"], "+"); pin != "auto" && pin != "local" && pin != "path" {
			why, next = ", which GOTOOLCHAIN="+settings["GOTOOLCHAIN"]+" asks for", "unset GOTOOLCHAIN, or set it to auto"
		}
		return m.missing("go version", "the workbook needs Go %s and this is %s%s; %s", strings.TrimPrefix(need, "go"), have, why, next)
	}
	m.found("go version", "%s is new enough (the workbook needs %s)", have, need)

	m.tempDir, m.cache, m.NoProxy = settings["GOTMPDIR"], settings["GOCACHE"], settings["GOPROXY"] == "off"
	if problem := m.tempProblem("GOTMPDIR"); m.tempDir != "" && problem != "" {
		return m.missing("temporary folder", "%s", problem)
	}
	m.compiler = compilerSettings(settings)
	compiler := m.environments(settings)
	m.lookForRace(ctx, compiler)
	return m
}

const noHome = "HOME is not set, so the go command has no place for its caches; set HOME to your home folder"

// noSettings says why the go command does not tell its settings.
func (m *Machine) noSettings(err error) string {
	pin := os.Getenv("GOTOOLCHAIN")
	switch {
	case strings.Contains(err.Error(), "GOCACHE is not defined"):
		return noHome
	case strings.HasPrefix(pin, "go") && strings.Contains(err.Error(), strings.SplitN(pin, "+", 2)[0]):
		return fmt.Sprintf("the Go that GOTOOLCHAIN=%s asks for is not there (%v); unset GOTOOLCHAIN, or set it to auto", pin, err)
	}
	if root := os.Getenv("GOROOT"); root != "" && strings.Contains(err.Error(), "GOROOT") {
		return fmt.Sprintf("GOROOT is set to %s, where Go is not (%v); unset GOROOT", root, err)
	}
	if fault := m.faultOf(err); fault != "" {
		return fault
	}
	return fmt.Sprintf("`go env` fails: %v; see what `go version` says in %s", err, m.Root)
}

// kept are the settings of the user that a run needs to find modules, build
// cache and C compiler where they are. None of them can change a verdict.
var kept = []string{
	"GOAUTH", "GOCACHE", "GOCACHEPROG", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB", "GOPATH",
	"GOPRIVATE", "GOPROXY", "GOSUMDB", "GOTOOLCHAIN", "GOVCS",
	"AR", "CC", "CXX", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "PKG_CONFIG",
}

// environments sets the environments of the go command and returns the C
// compiler's name.
func (m *Machine) environments(settings map[string]string) (compiler string) {
	env := without(os.Environ(), func(name string) bool {
		return strings.HasPrefix(name, "GO") || name == "CGO_ENABLED" || name == "PWD"
	})
	for _, name := range kept {
		if value := settings[name]; value != "" {
			env = append(env, name+"="+value)
		}
	}
	cgo := "0"
	if words := strings.Fields(settings["CC"]); len(words) > 0 {
		compiler = words[0]
		if _, err := exec.LookPath(compiler); err == nil {
			cgo = "1"
		}
	}
	env = append(env,
		"GOENV=off", "GOWORK=off", "GO111MODULE=on", "CGO_ENABLED="+cgo,
		"GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH,
		// A race binary that is about to exit with 0 waits a second for late
		// races. A suite that left anything running has failed by then.
		"GORACE=atexit_sleep_ms=0")
	m.Online = env
	m.Offline = append(without(env, isProxy), "GOPROXY=off")
	return compiler
}

// compilerSettings are those of the C compiler that are not Go's defaults, and
// its name.
func compilerSettings(settings map[string]string) string {
	set := []string{"CC=" + settings["CC"]}
	for _, name := range []string{"CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_LDFLAGS"} {
		if value := settings[name]; value != "" && value != "-O2 -g" {
			set = append(set, name+"="+value)
		}
	}
	return strings.Join(set, " ")
}

func (m *Machine) lookForRace(ctx context.Context, compiler string) {
	_, err := m.goCommand(ctx, m.Offline, "list", "-race", "-mod=readonly", "unsafe")
	if err == nil {
		m.Race = true
		m.found(raceCheck, "the race detector works on %s/%s", runtime.GOOS, runtime.GOARCH)
		return
	}
	if fault := m.faultOf(err); fault != "" {
		m.missing("build", "%s", fault)
		return
	}
	if strings.Contains(err.Error(), "requires cgo") {
		m.RaceProblem = fmt.Sprintf("the race detector needs a C compiler and %q is not in PATH; %s", compiler, installCompiler())
	} else {
		m.RaceProblem = fmt.Sprintf("the race detector is not available (%v); check the katas on a machine that has it", err)
	}
	m.missing(raceCheck, "%s", m.RaceProblem)
}

func installCompiler() string {
	switch runtime.GOOS {
	case "darwin":
		return "install one with `xcode-select --install`"
	case "windows":
		return "install gcc of MinGW-w64 and add its bin folder to PATH"
	default:
		return "install gcc or clang with your package manager"
	}
}

// TempFolder makes a temporary folder, which the caller removes.
func (m *Machine) TempFolder() (string, error) { return os.MkdirTemp(m.tempDir, "leakproof-") }

// tempProblem says why there can be no temporary folder where the variable names
// its place.
func (m *Machine) tempProblem(variable string) string {
	dir, err := m.TempFolder()
	if err == nil {
		err = os.Remove(dir)
	}
	if err == nil {
		return ""
	}
	return fmt.Sprintf("no folder can be made in the temporary folder %s: %v; free some space there, or set %s to another folder", m.temp(), err, variable)
}

// waitDelay bounds the wait for output after the go command has exited.
const waitDelay = 2 * time.Second

// goCommand runs a short go command in the module root and returns its
// standard output; the error carries the first line of what it complained of.
func (m *Machine) goCommand(ctx context.Context, env []string, args ...string) (out []byte, err error) {
	// A go command that is killed leaves its work folder where it made it.
	tempDir, err := m.TempFolder()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(tempDir)) }()

	cmd := exec.CommandContext(ctx, m.GoPath, args...)
	cmd.Dir = m.Root
	// Not GOTMPDIR: go env is asked for that.
	cmd.Env = append(env[:len(env):len(env)], "TMPDIR="+tempDir, "TMP="+tempDir)
	cmd.WaitDelay = waitDelay
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if said := Complaint(stderr.String()); said != "" {
			return nil, errors.New(said)
		}
		return nil, err
	}
	return stdout.Bytes(), nil
}

// Complaint is the first line of what a go command complains of; what it says
// of its downloads is no complaint.
func Complaint(stderr string) string {
	for line := range strings.Lines(stderr) {
		line = strings.TrimPrefix(text.FirstLine(line), "go: ")
		if line != "" && !strings.HasPrefix(line, "downloading ") {
			return line
		}
	}
	return ""
}

// goVersion is what the go line of a go.mod asks for, as "go1.26.0", or "". The
// go command itself says what is wrong with a file that cannot be read.
func goVersion(goMod []byte) string {
	file, err := modfile.ParseLax("go.mod", goMod, nil)
	if err != nil || file.Go == nil {
		return ""
	}
	return "go" + file.Go.Version
}

// isGoSwitch tells of the variables that change what `go env` answers about
// this machine.
func isGoSwitch(name string) bool {
	switch name {
	case "GOOS", "GOARCH", "GOFLAGS", "GOWORK", "GOEXPERIMENT", "GODEBUG", "PWD":
		return true
	}
	return false
}

func isProxy(name string) bool {
	switch strings.ToUpper(name) {
	case "GOPROXY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY":
		return true
	}
	return false
}

// without returns the variables of env whose name drop does not want. Names
// are passed in upper case on Windows, where case does not matter.
func without(env []string, drop func(name string) bool) []string {
	var out []string
	for _, entry := range env {
		name, _, _ := strings.Cut(entry, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if !drop(name) {
			out = append(out, entry)
		}
	}
	return out
}
