package tui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// waits are calls that take a disk's, a process's or a clock's time. What needs
// one belongs below workbook, called from a command.
var waits = map[string][]string{
	"os":       {"Open", "OpenFile", "ReadFile", "WriteFile", "Stat", "ReadDir", "Getenv", "Environ"},
	"exec":     {"Command", "CommandContext", "LookPath"},
	"time":     {"Now", "Since", "Until", "Sleep", "After"},
	"filepath": {"Glob", "WalkDir"},
}

// aside are the files whose calls run outside of Update and View.
var aside = map[string]string{
	"flood.go":    "a filter looks at keys before Update does, and asks the time",
	"torn.go":     "as flood.go",
	"recorder.go": "what is queued is kept when the event loop has ended",
}

// TestPagesWaitForNothing: Update and View of every page run in the event loop.
func TestPagesWaitForNothing(t *testing.T) {
	t.Parallel()
	seen := 0
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || aside[name] != "" {
			return err
		}
		seen++
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := call.X.(*ast.Ident); ok && slices.Contains(waits[pkg.Name], call.Sel.Name) {
				t.Errorf("%s: %s.%s waits in the event loop: make it a command of package workbook", fset.Position(call.Pos()), pkg.Name, call.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("%d files looked at: %v", seen, err)
	}
}
