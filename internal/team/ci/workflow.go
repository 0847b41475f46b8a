package ci

import (
	_ "embed"
	"strings"
)

//go:embed workflow.yml
var workflow string

// How a job comes by the grader. In a workspace the record says which version
// wrote it: an update of the workspace takes CI along.
const (
	inClone = `      - name: Build the default branch's grader
        run: go build -o "$RUNNER_TEMP/leakproof" .
`
	inWorkspace = `      - name: Install the version that wrote the default branch's workspace
        run: |
          version=$(sed -n '1s,^leakproof.workspace/[0-9]* ,,p' .leakproof/written.txtar)
          GOBIN="$RUNNER_TEMP" go install "example.com/leakproof@$version"
`
)

// Workflow is a workflow of GitHub Actions that grades what learners push, and
// their pull requests from forks: for a repository that is a clone, or one that
// holds a workspace.
func Workflow(clone bool) string {
	install := inWorkspace
	if clone {
		install = inClone
	}
	return strings.Replace(workflow, "@@install@@\n", install+"\n", 1)
}
