package gosource

import (
	"strings"
	"testing"
)

func TestTheSuiteIsRead(t *testing.T) {
	s, err := ReadSuite("katas/x", map[string][]byte{
		"katas/x/b_test.go": []byte(`package x_test

import "testing"

type T struct{}

func (T) TestMethod(t *testing.T)     {}
func TestMain(m *testing.M)           {}
func Testing(t *testing.T)            {}
func TestWithoutParameter()           {}
func TestWrongParameter(t testing.TB) {}
func TestTwo(t, u *testing.T)         {}
func TestSecond(t *testing.T)         {}
func FuzzThird(f *testing.F)          {}
func ExampleT()                       {}
func helper(t *testing.T)             {}
`),
		"katas/x/a_test.go":        []byte("package x_test\n\nimport \"testing\"\n\nfunc Test_first(*testing.T) {}\nfunc Test(t *testing.T) {}\n"),
		"katas/x/a_plan9_test.go":  []byte("package x_test\n\nimport \"testing\"\n\nfunc TestElsewhere(t *testing.T) {}\n"),
		"katas/x/tagged_test.go":   []byte("//go:build never\n\npackage x_test\n\nimport \"testing\"\n\nfunc TestNever(t *testing.T) {}\n"),
		"katas/x/race_test.go":     []byte("//go:build race\n\npackage x_test\n\nimport \"testing\"\n\nfunc TestUnderRace(t *testing.T) {}\n"),
		"katas/x/other.go":         []byte("package x\n\nimport \"testing\"\n\nfunc TestInNoTestFile(t *testing.T) {}\n"),
		"katas/internal/k_test.go": []byte("package k\n\nimport \"testing\"\n\nfunc TestKit(t *testing.T) {}\n"),
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, test := range s.Tests {
		names = append(names, test.Name)
	}
	if got, want := strings.Join(names, " "), "Test_first Test TestSecond FuzzThird TestUnderRace"; got != want {
		t.Errorf("tests %q, want %q", got, want)
	}
	if !s.Examples["ExampleT"] || len(s.Examples) != 1 || s.Package != "x_test" {
		t.Errorf("examples %v, package %s", s.Examples, s.Package)
	}
	if at := s.Tests[1]; at.File != "katas/x/a_test.go" || at.Line != 6 {
		t.Errorf("Test is at %s:%d", at.File, at.Line)
	}
}
