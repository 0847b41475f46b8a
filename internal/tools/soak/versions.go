//go:build linux

package main

import (
	"fmt"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
)

// version is something to save, and the verdict it must get.
type version struct {
	name      string
	source    []byte
	status    explain.Status
	refusedBy []string // tests that must fail
	endless   bool     // it never ends by itself, so that its verdict is a minute away
}

// saved is a version on disk. No two are the same bytes: a verdict tells by the
// hash of what it graded which save it is about.
type saved struct {
	*version
	number     int
	hash       string
	superseded time.Time // when the next one was saved; zero for the present one
}

func (s *saved) String() string { return fmt.Sprintf("save %d (%s)", s.number, s.name) }

// versionsOf lists what a learner may save: the corpus, and what no suite gets
// to see because it does not compile or keeps the test process to itself.
func versionsOf(k *course.Kata) []*version {
	var all []*version
	for _, v := range k.Variants {
		one := &version{name: v.ID, source: v.Files[k.File], status: explain.Fail, refusedBy: v.RefusedBy}
		if v.Right() {
			one.status = explain.Pass
		}
		all = append(all, one)
	}
	for _, more := range []version{
		{name: "no syntax", source: []byte("\nfunc {\n"), status: explain.CompileError},
		{name: "no such type", source: []byte("\nvar _ noSuchType\n"), status: explain.CompileError},
		{name: "endless loop", source: []byte("\nfunc init() {\n\tfor {\n\t}\n}\n"), status: explain.Timeout, endless: true},
		{name: "endless printer", source: []byte("\nfunc init() {\n\tfor {\n\t\tprintln(\"and on\")\n\t}\n}\n"), status: explain.Fail},
	} {
		more.source = append(k.Start()[:len(k.Start()):len(k.Start())], more.source...)
		all = append(all, &more)
	}
	return all
}

// pick chooses a version: as often one of the odd ones, a start or an accepted
// one as a near miss, of which there are many more.
func (s *soak) pick(all []*version) *version {
	groups := map[bool][]*version{}
	for _, v := range all {
		near := v.status == explain.Fail && v.refusedBy != nil && v.name != "start"
		groups[near] = append(groups[near], v)
	}
	group := groups[s.rand.IntN(2) == 0]
	return group[s.rand.IntN(len(group))]
}
