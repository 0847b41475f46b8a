package explain

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// doing says what a goroutine in a state of the runtime does.
type doing struct{ one, many string }

var states = map[string]doing{
	"chan send":               {"waits to send", "wait to send"},
	"chan send (nil chan)":    {"waits for ever to send on a nil channel", "wait for ever to send on a nil channel"},
	"chan receive":            {"waits to receive", "wait to receive"},
	"chan receive (nil chan)": {"waits for ever to receive from a nil channel", "wait for ever to receive from a nil channel"},
	"select":                  {"waits in a select", "wait in a select"},
	"select (no cases)":       {"waits for ever in an empty select", "wait for ever in an empty select"},
	"sync.Mutex.Lock":         {"waits for a lock", "wait for a lock"},
	"sync.RWMutex.Lock":       {"waits for a lock", "wait for a lock"},
	"sync.RWMutex.RLock":      {"waits for a lock", "wait for a lock"},
	"sync.WaitGroup.Wait":     {"waits at a WaitGroup", "wait at a WaitGroup"},
	"sync.Cond.Wait":          {"waits at a sync.Cond", "wait at a sync.Cond"},
	"semacquire":              {"waits for a semaphore", "wait for a semaphore"},
	"sleep":                   {"sleeps", "sleep"},
	"IO wait":                 {"waits on I/O", "wait on I/O"},
	"syscall":                 {"is in a system call", "are in a system call"},
	"running":                 {"runs", "run"},
	"runnable":                {"runs", "run"},
}

func (t trace) doing() doing {
	if d, ok := states[t.state]; ok {
		return d
	}
	return doing{fmt.Sprintf("is in state %q", t.state), fmt.Sprintf("are in state %q", t.state)}
}

// phrase is what the goroutine does, or so many of them do: "two goroutines
// still wait to send". The adverb comes with its space, or is "".
func (t trace) phrase(adverb string) string {
	if t.count == 1 {
		return "one goroutine " + adverb + t.doing().one
	}
	return number(t.count) + " goroutines " + adverb + t.doing().many
}

var numbers = []string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}

func number(n int) string {
	if n >= 0 && n < len(numbers) {
		return numbers[n]
	}
	return fmt.Sprint(n)
}

// where says where a goroutine is, in the learner's code if it is on the stack
// at all: "at notes.go:41", "in net/http.(*Client).Do, called at notes.go:41".
func (s *Subject) where(t trace, what string) (at string, places []Place) {
	for i, c := range t.calls {
		from, file := s.owner(c)
		if from != learners {
			continue
		}
		here := fmt.Sprintf("%s:%d", path.Base(file), c.line)
		running := t.state == "running" || t.state == "runnable"
		switch {
		case i > 0 && !running && !primitive(t.calls[i-1]):
			at, places = s.inside(t.calls[i-1], what)
			if len(places) > 0 {
				what = "calls " + t.calls[i-1].name()
			}
			return at + ", called at " + here, append(places, Place{file, c.line, what})
		case s.inCall(t, i, file, c.line):
			return "in a call at " + here, []Place{{file, c.line, what}}
		}
		return "at " + here, []Place{{file, c.line, what}}
	}
	for _, c := range t.calls {
		if s.inSuite(c) {
			return s.inside(c, what)
		}
	}
	if len(t.calls) == 0 {
		return "at an unknown place", nil
	}
	return s.inside(t.calls[len(t.calls)-1], what) // what the goroutine was started for
}

// inside names a function that is not the learner's.
func (s *Subject) inside(c call, what string) (string, []Place) {
	from, file := s.owner(c)
	if from != suites && from != kits && from != learners {
		return "in " + c.name(), nil
	}
	return fmt.Sprintf("in %s (%s:%d)", c.function, path.Base(file), c.line), []Place{{file, c.line, what}}
}

// primitive tells whether a function is what a goroutine's state already says:
// a channel, a lock, a timer.
func primitive(c call) bool {
	switch c.pkg {
	case "", "runtime", "sync", "time", "internal/sync", "internal/runtime/maps":
		return c.pkg != "" || c.function == "panic"
	}
	return false
}

// inCall tells whether a stack without the standard library's frames ends in a
// call of it: what the goroutine does is then not to be seen in the line.
func (s *Subject) inCall(t trace, i int, file string, line int) bool {
	lines := strings.Split(string(s.Answer[file]), "\n")
	if !t.partial || i > 0 || line > len(lines) || line < 1 {
		return false
	}
	if !strings.HasPrefix(t.state, "chan ") && !strings.HasPrefix(t.state, "select") {
		return false
	}
	return !slices.ContainsFunc([]string{"<-", "select", "range "}, func(sign string) bool { return strings.Contains(lines[line-1], sign) })
}

// started says what started so many goroutines, or "" if it was the test.
func (s *Subject) started(t trace, count int) (start string, places []Place) {
	was := "was started "
	if count > 1 {
		was = "were started "
	}
	for _, whose := range []owner{learners, suites} {
		for _, c := range t.starts {
			if from, file := s.owner(c); from == whose {
				return fmt.Sprintf("%sat %s:%d", was, path.Base(file), c.line), []Place{{file, c.line, "started"}}
			}
		}
	}
	if len(t.starts) == 0 {
		return "", nil
	}
	if from, _ := s.owner(t.starts[0]); from == testings || from == kits {
		return "", nil
	}
	return was + "by " + t.starts[0].name(), nil
}
