package verdicts

import (
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// module is a small module: its tests are built from a grader, which is built
// from a helper.
func module(t *testing.T) string {
	t.Helper()
	root := t.TempDir()
	long := time.Now().Add(-time.Hour) // before this test was built
	for name, content := range map[string]string{
		"go.mod":               "module example.com/m\n\ngo 1.26\n",
		"go.sum":               "",
		"grader/grader.go":     "package grader\n\nimport _ \"example.com/m/helper\"\n",
		"helper/helper.go":     "package helper\n",
		"unrelated/other.go":   "package unrelated\n",
		"corpus/corpus.go":     "package corpus\n",
		"corpus/run_test.go":   "package corpus_test\n\nimport _ \"example.com/m/grader\"\n",
		"corpus/start_test.go": "package corpus_test\n",
	} {
		place := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(place), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(place, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(place, long, long); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func look(t *testing.T, root string) Basis {
	t.Helper()
	b, err := Look(t.Context(), root, "./corpus")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestWhateverChangesAVerdictMakesAnotherKey changes one thing at a time.
func TestWhateverChangesAVerdictMakesAnotherKey(t *testing.T) {
	root := module(t)
	basis := look(t, root)
	suite, variant := map[string][]byte{"notes_test.go": []byte("a"), "kit.go": []byte("b")}, map[string][]byte{"notes.go": []byte("c")}
	key := basis.Key("pass", suite, variant)
	if again := look(t, root).Key("pass", maps.Clone(suite), maps.Clone(variant)); again != key {
		t.Error("the same is not the same")
	}
	if elsewhere := look(t, module(t)).Key("pass", suite, variant); elsewhere != key {
		t.Error("another clone has other keys")
	}

	keys := map[string]string{key: "nothing"}
	other := func(what, key string) {
		t.Helper()
		if as := keys[key]; as != "" {
			t.Errorf("changed %s: the same key as with %s changed", what, as)
		}
		keys[key] = what
	}
	file := func(name, content string) map[string][]byte { return map[string][]byte{name: []byte(content)} }
	other("the suite", basis.Key("pass", map[string][]byte{"notes_test.go": []byte("A"), "kit.go": []byte("b")}, variant))
	other("the kit", basis.Key("pass", map[string][]byte{"notes_test.go": []byte("a"), "kit.go": []byte("B")}, variant))
	other("the suite's files", basis.Key("pass", file("notes_test.go", "a"), variant))
	other("the variant", basis.Key("pass", suite, file("notes.go", "C")))
	other("the variant's file", basis.Key("pass", suite, file("store.go", "c")))
	other("what is required", basis.Key("fail", suite, variant))
	for _, name := range []string{"grader/grader.go", "helper/helper.go", "corpus/corpus.go", "corpus/run_test.go", "corpus/start_test.go", "go.mod", "go.sum"} {
		changed := filepath.Join(root, filepath.FromSlash(name))
		before, err := os.ReadFile(changed)
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, changed, string(before)+"// changed\n")
		other(name, look(t, root).Key("pass", suite, variant))
		rewrite(t, changed, string(before))
	}
	for _, name := range settings {
		changed := look(t, root)
		changed.Settings[name] += "x"
		other(name, changed.Key("pass", suite, variant))
	}
	changed := look(t, root)
	changed.Compiler += "x"
	other("the C compiler", changed.Key("pass", suite, variant))

	rewrite(t, filepath.Join(root, "unrelated", "other.go"), "package unrelated\n\nvar x int\n")
	if look(t, root).Key("pass", suite, variant) != key {
		t.Error("a package that the tests are not built from makes another key")
	}
}

// rewrite changes a file an hour ago.
func rewrite(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	long := time.Now().Add(-time.Hour)
	if err := os.Chtimes(name, long, long); err != nil {
		t.Fatal(err)
	}
}

func TestTheBasisOfTheCorpus(t *testing.T) {
	b, err := Look(t.Context(), filepath.Join("..", "..", ".."), "./solutions")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(b.Settings["GOVERSION"], "go1.") || b.Settings["GOOS"] == "" || b.Settings["GOARCH"] == "" || b.Compiler == "" {
		t.Errorf("it knows of the machine: %q, %q", b.Settings, b.Compiler)
	}
	for _, name := range []string{"go.mod", "go.sum", "solutions/corpus_test.go", "internal/course/corpus.go", "internal/grade/grade.go"} {
		if b.Sources[name] == "" {
			t.Errorf("%s is not among its %d sources", name, len(b.Sources))
		}
	}
}

func TestSourcesNewerThanTheProgramAreRefused(t *testing.T) {
	root := module(t)
	soon := time.Now().Add(time.Hour)
	if err := os.Chtimes(filepath.Join(root, "helper", "helper.go"), soon, soon); err != nil {
		t.Fatal(err)
	}
	if _, err := Look(t.Context(), root, "./corpus"); err == nil || !strings.Contains(err.Error(), "helper.go was changed after this program was built") {
		t.Errorf("got %v", err)
	}
}
