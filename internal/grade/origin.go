package grade

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/module"

	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/text"
)

// Program is a build of this program, as the go command has stamped it.
type Program struct {
	Module   string `json:"module,omitempty"`
	Version  string `json:"version,omitempty"`  // "v1.2.3" of a release, "(devel)" of a build from a clone
	Revision string `json:"revision,omitempty"` // of the clone it was built from, where that is known
	Modified bool   `json:"modified,omitempty"` // the clone had other changes then
	Go       string `json:"go,omitempty"`
	Base     string `json:"base,omitempty"` // the git commit that the clone was compared with; see [BaseVariable]
	Suite    string `json:"suite"`          // SHA-256 of the suite and module files that the program brought

	released bool
}

// Who runs a grader. Whoever grades again what somebody else handed over calls
// that a regrade.
const (
	Self    = "self"
	CI      = "ci"
	Regrade = "regrade"
)

// origin is where verdicts come from.
type origin struct {
	ran     string // [CI] or [Self]
	note    string // why it is not "ci" though the variable CI is true
	program Program
}

// BaseVariable names the git revision that everything but the learners' files
// has to be as in, for a verdict in CI.
const BaseVariable = "LEAKPROOF_BASE"

// origin says who runs the grader, found out once. It is "ci" where the variable
// CI is true and the program is not what is graded: it is a release, or the clone
// is as the base revision has it, the learners' files apart. (What of the suite
// in the program differs from the clone makes a run untrusted anyway.)
//
// A program that was changed can say what it likes. This refuses a grader that
// comes from the graded branch by mistake, or with an edited suite.
func (g *Grader) origin(ctx context.Context) origin {
	g.originOnce.Do(func() {
		g.originIs = origin{ran: Self, program: thisProgram()}
		if os.Getenv("CI") != "true" {
			return
		}
		if !g.originIs.program.released {
			// What is found out is remembered, so a run that ends must not cut it off.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), originLimit)
			defer cancel()
			base, problem := g.comparedWithBase(ctx, g.originIs.program.Revision)
			if problem != "" {
				g.originIs.note = explain.NotCI(problem)
				return
			}
			g.originIs.program.Base = base
		}
		g.originIs.ran = CI
	})
	return g.originIs
}

// originLimit bounds how long git may take.
const originLimit = 30 * time.Second

func thisProgram() Program {
	build, ok := debug.ReadBuildInfo()
	if !ok {
		return Program{}
	}
	p := Program{Module: build.Main.Path, Version: build.Main.Version, Go: build.GoVersion}
	for _, s := range build.Settings {
		switch s.Key {
		case "vcs.revision":
			p.Revision = s.Value
		case "vcs.modified":
			p.Modified = s.Value == "true"
		}
	}
	// Only what came from a module proxy has a checksum.
	p.released = build.Main.Sum != "" && strings.HasPrefix(p.Version, "v") && !module.IsPseudoVersion(p.Version)
	return p
}

// comparedWithBase says what keeps a verdict by a program of that revision, if
// one is known, from being one of the base, which is that commit.
func (g *Grader) comparedWithBase(ctx context.Context, revision string) (commit, problem string) {
	base := os.Getenv(BaseVariable)
	if base == "" {
		return "", explain.NoBase(BaseVariable)
	}
	commit, err := g.git(ctx, "rev-parse", "--verify", "--end-of-options", base+"^{commit}")
	if err != nil {
		return "", explain.BaseUnknown(base, err)
	}
	commit = strings.TrimSpace(commit)
	if revision != "" && revision != commit {
		return "", explain.OtherProgram(revision, base)
	}
	differ, err := g.git(ctx, "diff", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z", commit, "--")
	if err != nil {
		return "", explain.BaseUnknown(base, err)
	}
	added, err := g.git(ctx, "ls-files", "--others", "-z")
	if err != nil {
		return "", explain.BaseUnknown(base, err)
	}
	foreign := slices.DeleteFunc(strings.Split(added, "\x00"), func(name string) bool { return name == "" || !isGoInput(name) })
	for _, name := range append(strings.Split(differ, "\x00"), foreign...) {
		if name != "" && !g.isLearners(name) {
			return "", explain.NotAsBase(name, base)
		}
	}
	return commit, ""
}

// isLearners tells whether a file of the clone is one that learners work in. A
// support file of a suite is not told from it: that one is compared by the plan.
func (g *Grader) isLearners(name string) bool {
	katas, kata := path.Split(path.Dir(name))
	return katas == "katas/" && kata != "internal" &&
		(!strings.HasSuffix(name, "_test.go") || slices.Contains(g.LearnerTests, name))
}

func (g *Grader) git(ctx context.Context, args ...string) (string, error) {
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = g.Runner.Root, &stdout, &stderr
	if err := cmd.Run(); err != nil {
		if said := text.FirstLine(stderr.String()); said != "" {
			err = errors.New(said)
		}
		return "", err
	}
	return stdout.String(), nil
}
