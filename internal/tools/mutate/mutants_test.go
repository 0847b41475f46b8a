package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMutants(t *testing.T) {
	const source = `package p

const outside = 7

func f(ok bool) (n int) {
	c := make(chan int, 2)
	d := make(chan int)
	if ok {
		n = 1
	}
	for n < len(c) && true {
		n++
	}
	select {
	case d <- n:
		n++
	}
	return n
}
`
	all, err := mutants([]byte(source))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range all {
		got = append(got, m.name)
		if string(m.source) == source {
			t.Errorf("%s changes nothing", m.name)
		}
	}
	want := []string{
		"f: delete c := make(chan int, 2)",
		"f: delete d := make(chan int)",
		"f: delete if ok { n = 1 }",
		"f: delete for n < len(c) && true { n++ }",
		"f: delete select { case d <- n: n++ }",
		"f: delete return n",
		"f: make(chan int, 2) loses its room",
		"f: make(chan int, 2) gets room for one more",
		"f: make(chan int, 2) gets room for one less",
		"f: 2 becomes 3 in c := make(chan int, 2)",
		"f: make(chan int) gets room for one",
		"f: if ok becomes if not",
		"f: delete n = 1",
		"f: 1 becomes 2 in n = 1",
		"f: && becomes || in for n < len(c) && true {",
		"f: < becomes <= in for n < len(c) && true {",
		"f: true becomes false in for n < len(c) && true {",
		"f: delete n++",
		"f: delete case d <- n: n++",
		"f: delete n++ (2)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mutants (-want +got):\n%s", diff)
	}
	for _, m := range all {
		if m.name == "f: if ok becomes if not" && !strings.Contains(string(m.source), "if !(ok) {") {
			t.Errorf("%s is\n%s", m.name, m.source)
		}
	}
}

func TestWhatDoesNotParseHasNoMutants(t *testing.T) {
	if _, err := mutants([]byte("package p\n\nfunc {")); err == nil {
		t.Error("want an error")
	}
}
