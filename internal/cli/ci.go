package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"golang.org/x/mod/semver"

	"example.com/leakproof/internal/team/ci"
	"example.com/leakproof/internal/workspace"
)

func (a *app) ciCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "ci",
		Short: "Print a GitHub workflow that grades learners' branches",
		Long: `Print a workflow of GitHub Actions that grades the katas which a learner's branch,
or a pull request from a fork, has changed: with the grader and the suites of the
default branch, and nothing but the learner's files from the other.

In a clone the workflow builds the grader from the default branch. In a workspace
it installs the version that wrote the workspace, which has to be a release.`,
		Example: "  mkdir -p .github/workflows\n  leakproof ci > .github/workflows/katas.yml",
		Args:    exactly(0, "only --dir"),
		RunE: func(*cobra.Command, []string) error {
			root, err := workspace.Find(a.dir)
			if err != nil {
				return &codeError{exitUnfit, err}
			}
			version, err := workspace.Workspace{Root: root}.Version()
			clone := errors.Is(err, workspace.ErrClone)
			switch {
			case clone:
			case err != nil:
				return &codeError{exitUnfit, err}
			case !semver.IsValid(version) || semver.Build(version) != "":
				return &codeError{exitUnfit, fmt.Errorf("this workspace was written by leakproof %s, built from a clone, which CI cannot install: "+
					"install a release (`go install %s@latest`), run `leakproof update` here and ask again", version, workspace.Module)}
			}
			_, err = fmt.Fprint(a.Stdout, ci.Workflow(clone))
			return err
		},
	}
}
