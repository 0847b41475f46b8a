package explain

import (
	"fmt"
	"path"
	"strings"
)

// owner tells whose code a call is in.
type owner string

const (
	learners owner = "your code"
	suites   owner = "the suite"
	kits     owner = "the suite kit"
	goleaks  owner = "goleak"
	testings owner = "package testing"
	standard owner = "the standard library"
	modules  owner = "another module"
)

// owner of a call, and its file as a slash path below the root if it has one.
func (s *Subject) owner(c call) (owner, string) {
	file := strings.ReplaceAll(c.file, `\`, "/")
	if own := s.inModule("/" + file); path.Dir(own) == s.Dir {
		if s.isLearners(own) {
			return learners, own
		}
		return suites, own
	}
	for name := range s.Suite {
		if file == name || strings.HasSuffix(file, "/"+name) {
			if path.Dir(name) == s.Dir {
				return suites, name
			}
			return kits, name
		}
	}
	first, _, _ := strings.Cut(c.pkg, "/")
	switch {
	case c.pkg == "go.uber.org/goleak" || strings.HasPrefix(c.pkg, "go.uber.org/goleak/"):
		return goleaks, ""
	case first == "testing" || c.pkg == "internal/synctest" || c.pkg == "main":
		return testings, ""
	case strings.Contains(first, "."):
		return modules, ""
	}
	return standard, ""
}

func (s *Subject) inSuite(c call) bool {
	from, _ := s.owner(c)
	return from == suites || from == kits
}

// folded is a goroutine with the learner's frames, and the others counted.
func (s *Subject) folded(t trace) string {
	var b strings.Builder
	switch {
	case t.count > 1:
		fmt.Fprintf(&b, "%d goroutines [%s]:\n", t.count, t.state)
	case t.id > 0:
		fmt.Fprintf(&b, "goroutine %d [%s]:\n", t.id, t.state)
	default:
		fmt.Fprintf(&b, "goroutine [%s]:\n", t.state)
	}
	s.fold(&b, t.calls)
	if len(t.starts) > 0 {
		b.WriteString("started by\n")
		s.fold(&b, t.starts)
	}
	return b.String()
}

func (s *Subject) fold(b *strings.Builder, all []call) {
	hidden, whose := 0, owner("")
	var last call
	flush := func() {
		switch {
		case hidden == 1:
			fmt.Fprintf(b, "  ... 1 frame of %s\n", whose)
		case hidden > 1:
			fmt.Fprintf(b, "  ... %d frames of %s\n", hidden, whose)
		}
		hidden = 0
	}
	for _, c := range all {
		from, file := s.owner(c)
		if c.file == last.file && c.line == last.line && from == learners {
			whose = "the same line" // recursion
			hidden++
			continue
		}
		last = c
		if from == learners {
			flush()
			fmt.Fprintf(b, "  %s\n      %s:%d\n", c.function, file, c.line)
			continue
		}
		if from != whose {
			flush()
			whose = from
		}
		hidden++
	}
	flush()
}
