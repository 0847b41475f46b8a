package cli

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

//go:embed invitation.md
var invitation string

// invite writes what a participant of a session needs, as Markdown: what the
// workbook asks for, and nothing of this machine.
func (a *app) invite() error {
	contents, err := a.Contents()
	if err != nil {
		return fmt.Errorf("the katas cannot be loaded: %w", err)
	}
	mod, err := modfile.ParseLax("go.mod", contents.Files["go.mod"], nil)
	if err == nil && mod.Go == nil {
		err = errors.New("no line says which Go is needed")
	}
	if err != nil {
		return fmt.Errorf("the go.mod of the katas cannot be used (%w): install this program again", err)
	}
	// Everybody gets the version that the invitation comes from, if it is one to install.
	version := contents.Version
	if !semver.IsValid(version) || semver.Build(version) != "" || module.IsPseudoVersion(version) {
		version = "latest"
	}
	_, err = fmt.Fprint(a.Stdout, strings.NewReplacer("@go@", strings.TrimSuffix(mod.Go.Version, ".0"), "@@version@", "@"+version).Replace(invitation))
	return err
}
