package ci

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// script is the shell of a step of the workflow, a block below "run: |".
func script(t *testing.T, step string) string {
	t.Helper()
	_, rest, found := strings.Cut(Workflow(true), "- name: "+step+"\n")
	_, rest, block := strings.Cut(rest, "run: |\n")
	if !found || !block {
		t.Fatalf("no step %q with a script", step)
	}
	var lines []string
	for line := range strings.Lines(rest) {
		code, ok := strings.CutPrefix(line, "          ")
		if !ok {
			break
		}
		lines = append(lines, code)
	}
	return strings.Join(lines, "")
}

// repository is a git repository for a test.
type repository struct {
	t   *testing.T
	dir string
}

func (r repository) run(env []string, name string, args ...string) string {
	r.t.Helper()
	cmd := exec.CommandContext(r.t.Context(), name, args...)
	cmd.Dir, cmd.Env = r.dir, append(os.Environ(), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		r.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// commit makes the files what the commit holds; "" removes one.
func (r repository) commit(files map[string]string) {
	r.t.Helper()
	for name, content := range files {
		file := filepath.Join(r.dir, filepath.FromSlash(name))
		if content == "" {
			if err := os.Remove(file); err != nil {
				r.t.Fatal(err)
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			r.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
			r.t.Fatal(err)
		}
	}
	r.run(nil, "git", "add", "--all")
	r.run(nil, "git", "-c", "user.name=a", "-c", "user.email=a@example.com", "commit", "--quiet", "--message=x")
}

// TestTheWorkflowTakesTheLearnersFilesOnly runs the step's shell on two branches
// that are fetched as the step before it does.
func TestTheWorkflowTakesTheLearnersFilesOnly(t *testing.T) {
	for _, tool := range []string{"git", "bash"} {
		if _, err := exec.LookPath(tool); err != nil || runtime.GOOS == "windows" {
			t.Skip("the workflow runs on Linux, with git and bash")
		}
	}
	here := repository{t, t.TempDir()}
	origin := repository{t, filepath.Join(here.dir, "origin")}
	here.run(nil, "git", "init", "--quiet", "--initial-branch=main", "origin")
	origin.commit(map[string]string{
		"go.mod":                         "module m\n",
		"katas/internal/kit/kit.go":      "package kit\n",
		"katas/01-one/KATA.md":           "---\nfile = \"notes.go\"\n---\n",
		"katas/01-one/notes.go":          "start\n",
		"katas/01-one/brief_test.go":     "suite\n",
		"katas/02-test/KATA.md":          "---\nkind = \"test\"\n---\n",
		"katas/02-test/notes.go":         "right\n",
		"katas/02-test/notes_test.go":    "start\n",
		"katas/02-test/rest_test.go":     "suite\n",
		"katas/03-several/KATA.md":       "---\n---\n",
		"katas/03-several/run.go":        "start\n",
		"katas/03-several/store.go":      "start\n",
		"katas/03-several/brief_test.go": "suite\n",
		"katas/04-untouched/KATA.md":     "---\n---\n",
		"katas/04-untouched/notes.go":    "start\n",
	})
	origin.run(nil, "git", "checkout", "--quiet", "-b", "ada")
	origin.commit(map[string]string{
		"go.mod":                         "module other\n",
		"evil.go":                        "package main\n",
		"katas/internal/kit/kit.go":      "package other\n",
		"katas/00-new/notes.go":          "new\n",
		"katas/01-one/KATA.md":           "---\nkind = \"test\"\n---\n",
		"katas/01-one/notes.go":          "repaired\n",
		"katas/01-one/helper.go":         "repaired\n",
		"katas/01-one/brief_test.go":     "emptied\n",
		"katas/02-test/notes.go":         "wrong\n",
		"katas/02-test/notes_test.go":    "written\n",
		"katas/02-test/rest_test.go":     "emptied\n",
		"katas/03-several/run.go":        "repaired\n",
		"katas/03-several/store.go":      "",
		"katas/03-several/brief_test.go": "",
	})
	origin.run(nil, "git", "checkout", "--quiet", "main")
	origin.commit(map[string]string{"katas/05-later/KATA.md": "---\n---\n", "katas/05-later/notes.go": "start\n"})

	url := "file://" + origin.dir
	here.run(nil, "git", "clone", "--quiet", "--depth=1", "--branch=main", url, "base")
	here.run(nil, "git", "clone", "--quiet", "--depth=1", "--branch=ada", url, "learner")
	base, output := repository{t, filepath.Join(here.dir, "base")}, filepath.Join(here.dir, "output")
	base.run([]string{"GITHUB_OUTPUT=" + output}, "bash", "-eo", "pipefail", "-c", script(t, "Take the learner's files"))

	want := "M  katas/01-one/notes.go\nA  katas/01-one/helper.go\nM  katas/02-test/notes_test.go\nM  katas/03-several/run.go\nD  katas/03-several/store.go\n"
	if diff := cmp.Diff(sorted(want), sorted(base.run(nil, "git", "status", "--porcelain"))); diff != "" {
		t.Errorf("the base branch has these other files (-want +got):\n%s", diff)
	}
	if got, err := os.ReadFile(output); err != nil || string(got) != "katas= 01-one 02-test 03-several\n" {
		t.Errorf("the step says %q, %v", got, err)
	}
}

// sorted are the lines of git's list, by name.
func sorted(list string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(list) {
		out[strings.TrimSpace(line[2:])] = line[:2]
	}
	return out
}
