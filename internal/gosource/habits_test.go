package gosource_test

import (
	"slices"
	"testing"

	"example.com/leakproof/internal/gosource"
)

func TestHabits(t *testing.T) {
	const head = "package p\n\nimport (\n\t\"os\"\n\t\"testing\"\n\t\"testing/synctest\"\n\tclock \"time\"\n)\n\n" // the body begins in line 10
	for name, c := range map[string]struct {
		body   string
		sleeps []gosource.Use
		reads  []gosource.Use
	}{
		"in the test":            {"func TestA(t *testing.T) { clock.Sleep(1) }", []gosource.Use{{Name: "TestA", Line: 10}}, nil},
		"in a loop of a subtest": {"func TestA(t *testing.T) {\n\tt.Run(\"x\", func(t *testing.T) {\n\t\tfor range 3 {\n\t\t\tclock.Sleep(1)\n\t\t}\n\t})\n}", []gosource.Use{{Name: "TestA", Line: 13}}, nil},
		"in a bubble":            {"func TestA(t *testing.T) { synctest.Test(t, func(t *testing.T) { clock.Sleep(1) }) }", nil, nil},
		"in a subtest's bubble":  {"func TestA(t *testing.T) { t.Run(\"x\", func(t *testing.T) { synctest.Test(t, func(t *testing.T) { clock.Sleep(1) }) }) }", nil, nil},
		"in a fake":              {"type fake struct{}\n\nfunc (fake) TestIt() { clock.Sleep(1) }\n\nfunc slow() { clock.Sleep(1) }", nil, nil},
		"another Sleep":          {"func TestA(t *testing.T) { time.Sleep(1) }", nil, nil},
		"reads a file":           {"func TestA(t *testing.T) { os.ReadFile(\"notes.go\") }", nil, []gosource.Use{{Name: "os.ReadFile", Line: 10}}},
		"other things of os":     {"func TestA(t *testing.T) { os.Getenv(\"X\") }", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := gosource.ReadHabits("a_test.go", []byte(head+c.body+"\n"))
			if err != nil || !slices.Equal(got.Sleeps, c.sleeps) || !slices.Equal(got.Reads, c.reads) {
				t.Errorf("%+v (%v), want sleeps %v and reads %v", got, err, c.sleeps, c.reads)
			}
		})
	}
	got, err := gosource.ReadHabits("a_test.go", []byte("package p\n\nimport _ \"embed\"\n"))
	if err != nil || !slices.Equal(got.Reads, []gosource.Use{{Name: "embed", Line: 3}}) {
		t.Errorf("%+v (%v), want the import of embed", got, err)
	}
	if _, err := gosource.ReadHabits("a_test.go", []byte("package")); err == nil {
		t.Error("no error for a file that does not parse")
	}
}
