package gosource

import (
	"errors"
	"go/scanner"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const varied = `// Package varied has
// a comment.
package varied

import "fmt"

// A comment of nobody.

type (
	// A is a string.
	A string
	B struct {
		C int
	}
)

// One, two.
const one, two = 1, 2

var text = ` + "`raw\n} text\nend`" + `

var list = []int{
	1,
} // of one

func (a *A) Method(x int) (int, error) { return x, nil }

func (l List[T]) Len() int {
	return len(l)
}

func (*Pair[K, V]) Swap() {}

// Generic is generic.
//
//go:noinline
func Generic[T any](
	x T,
) (y T, err error) {
	fmt.Println(x)
	return x, nil
}

type List[T any] []T

func last() {}`

func TestDeclarationsComeWithTheirSource(t *testing.T) {
	f, err := Parse("varied.go", []byte(varied))
	if err != nil {
		t.Fatal(err)
	}
	if f.Package != "varied" || f.Doc != "Package varied has a comment." {
		t.Errorf("package %s %q", f.Package, f.Doc)
	}
	want := []Decl{
		{Names: []string{"A", "B"}, Line: 9, Keyword: 9, Source: "type (\n\t// A is a string.\n\tA string\n\tB struct {\n\t\tC int\n\t}\n)"},
		{Names: []string{"one", "two"}, Line: 17, Keyword: 18, Source: "// One, two.\nconst one, two = 1, 2"},
		{Names: []string{"text"}, Line: 20, Keyword: 20, Source: "var text = `raw\n} text\nend`"},
		{Names: []string{"list"}, Line: 24, Keyword: 24, Source: "var list = []int{\n\t1,\n} // of one"},
		{Names: []string{"A.Method"}, Func: true, Line: 28, Keyword: 28, Source: "func (a *A) Method(x int) (int, error) { return x, nil }"},
		{Names: []string{"List.Len"}, Func: true, Line: 30, Keyword: 30, Source: "func (l List[T]) Len() int {\n\treturn len(l)\n}"},
		{Names: []string{"Pair.Swap"}, Func: true, Line: 34, Keyword: 34, Source: "func (*Pair[K, V]) Swap() {}"},
		{Names: []string{"Generic"}, Func: true, Line: 36, Keyword: 39, Source: "// Generic is generic.\n//\n//go:noinline\nfunc Generic[T any](\n\tx T,\n) (y T, err error) {\n\tfmt.Println(x)\n\treturn x, nil\n}"},
		{Names: []string{"List"}, Line: 46, Keyword: 46, Source: "type List[T any] []T"},
		{Names: []string{"last"}, Func: true, Line: 48, Keyword: 48, Source: "func last() {}"},
	}
	if diff := cmp.Diff(want, f.Decls); diff != "" {
		t.Error(diff)
	}
}

func TestWhatDoesNotParseIsRefusedWithItsPlace(t *testing.T) {
	const broken = "package p\n\nfunc Test(\n"
	_, err := Parse("p_test.go", []byte(broken))
	_, ofSuite := ReadSuite("katas/x", map[string][]byte{"katas/x/p_test.go": []byte(broken)})
	for name, err := range map[string]error{"p_test.go:": err, "katas/x/p_test.go:": ofSuite} {
		var list scanner.ErrorList
		if !errors.As(err, &list) || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("got %v, want an error in %s", err, name)
		}
	}
}
