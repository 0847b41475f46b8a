package grade

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/modfile"

	"example.com/leakproof/internal/explain"
)

// trialDir is where the trial suite lies in the overlay: a folder that every
// clone has, and that has no Go files of its own.
const trialDir = "katas"

// Try grades a small suite of its own as [Grader.Grade] does those of the
// workbook, with the suite kit and what that needs: it passes where the machine
// lets suites be built and run, and this program has the suites of the clone.
func (g *Grader) Try(ctx context.Context, suites []Suite) (Verdict, error) {
	began := time.Now()
	for _, s := range suites {
		if name := OtherVersion(g.Runner.Root, s); name != "" {
			return g.complete(ctx, unavailable(explain.OtherVersion(name, s.Kata)), s, began), nil
		}
	}
	s, err := trialSuite(g.Runner.Root, suites[0])
	if err != nil {
		return g.complete(ctx, unavailable(explain.ModuleUnreadable(err)), s, began), nil
	}
	return g.Grade(ctx, s)
}

// trialSuite has goroutines meet, imports the kit and what else a repair may
// need from outside the standard library, and is as large as suites get: where
// there is room for it there is room for any.
func trialSuite(root string, kit Suite) (Suite, error) {
	goMod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return Suite{}, err
	}
	module, modules := modfile.ModulePath(goMod), ""
	if bytes.Contains(goMod, []byte("golang.org/x/sync ")) {
		modules = "import _ \"golang.org/x/sync/errgroup\"\n"
	}
	s := Suite{Kata: "trial", Dir: trialDir, File: "trial.go", Files: map[string][]byte{}, trial: true}
	for _, name := range slices.Sorted(maps.Keys(kit.Files)) {
		if path.Dir(name) == kit.Dir {
			continue
		}
		s.Files[name] = kit.Files[name]
		if kit := fmt.Sprintf("import _ %q\n", module+"/"+path.Dir(name)); path.Ext(name) == ".go" && !strings.Contains(modules, kit) {
			modules += kit
		}
	}
	s.Files[trialDir+"/trial_test.go"] = fmt.Appendf(nil, trialTest, modules, module+"/"+trialDir)
	s.Answer = map[string][]byte{trialDir + "/trial.go": []byte(trialCode)}
	return s, nil
}

const trialCode = `package katas

func Meet() int {
	sum := make(chan int)
	for i := range 3 {
		go func() { sum <- i }()
	}
	return <-sum + <-sum + <-sum
}
`

const trialTest = `package katas_test

%simport (
	"go/types"
	"net/http"
	"net/http/httptest"
	"testing"

	%q
)

// Linked is not run.
var Linked = []any{httptest.NewServer, http.DefaultClient.Do, types.NewChecker, http.NewFileTransportFS}

func TestTrial(t *testing.T) {
	if got := katas.Meet(); got != 3 || len(Linked) == 0 {
		t.Errorf("got %%d", got)
	}
}
`
