package kit_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestTheKitIsLight: what the kit imports is linked with every suite, each time a
// learner saves, and linking is most of that wait.
func TestTheKitIsLight(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	deps := strings.Fields(string(out))
	if !slices.Contains(deps, "example.com/leakproof/katas/internal/kit") {
		t.Fatalf("go list -deps printed %q, and not the kit itself", out)
	}
	for _, heavy := range []string{"net", "database/sql"} {
		if slices.Contains(deps, heavy) {
			t.Errorf("the kit imports %s, if only through another package: move what needs it into a package below the kit", heavy)
		}
	}
}
