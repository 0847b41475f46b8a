package grade

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
func (p *plan) where(t trace, what string) (at string, places []Place) {
	for i, c := range t.calls {
		from, file := p.owner(c)
		if from != learners {
			continue
		}
		here := fmt.Sprintf("%s:%d", path.Base(file), c.line)
		running := t.state == "running" || t.state == "runnable"
		switch {
		case i > 0 && !running && !primitive(t.calls[i-1]):
			at, places = p.inside(t.calls[i-1], what)
			if len(places) > 0 {
				what = "calls " + t.calls[i-1].name()
			}
			return at + ", called at " + here, append(places, Place{file, c.line, what})
		case p.inCall(t, i, file, c.line):
			return "in a call at " + here, []Place{{file, c.line, what}}
		}
		return "at " + here, []Place{{file, c.line, what}}
	}
	for _, c := range t.calls {
		if p.inSuite(c) {
			return p.inside(c, what)
		}
	}
	if len(t.calls) == 0 {
		return "at an unknown place", nil
	}
	return p.inside(t.calls[len(t.calls)-1], what) // what the goroutine was started for
}

func (p *plan) inSuite(c call) bool {
	from, _ := p.owner(c)
	return from == suites || from == kits
}

// inside names a function that is not the learner's.
func (p *plan) inside(c call, what string) (string, []Place) {
	from, file := p.owner(c)
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
func (p *plan) inCall(t trace, i int, file string, line int) bool {
	lines := strings.Split(string(p.answer[file]), "\n")
	if !t.partial || i > 0 || line > len(lines) || line < 1 {
		return false
	}
	if !strings.HasPrefix(t.state, "chan ") && !strings.HasPrefix(t.state, "select") {
		return false
	}
	return !slices.ContainsFunc([]string{"<-", "select", "range "}, func(sign string) bool { return strings.Contains(lines[line-1], sign) })
}

// started says what started so many goroutines, or "" if it was the test.
func (p *plan) started(t trace, count int) (start string, places []Place) {
	was := "was started "
	if count > 1 {
		was = "were started "
	}
	for _, whose := range []owner{learners, suites} {
		for _, c := range t.starts {
			if from, file := p.owner(c); from == whose {
				return fmt.Sprintf("%sat %s:%d", was, path.Base(file), c.line), []Place{{file, c.line, "started"}}
			}
		}
	}
	if len(t.starts) == 0 {
		return "", nil
	}
	if from, _ := p.owner(t.starts[0]); from == testings || from == kits {
		return "", nil
	}
	return was + "by " + t.starts[0].name(), nil
}

// leaks adds goroutines that were left over. When is how long they lasted, if
// they ended by themselves.
func (f *finder) leaks(test string, all []trace, when string) {
	for _, t := range f.alike(all) {
		at, places := f.where(t, t.doing().one)
		text := t.phrase("still ") + " " + at
		if when != "" {
			text += " when the test ends; the last leftover is gone only " + when + " of virtual time later"
		}
		start, from := f.started(t, t.count)
		switch {
		case start != "" && t.count > 1:
			text += "; they " + start
		case start != "":
			text += "; it " + start
		}
		alone, _ := f.started(t, 1)
		key := fmt.Sprint(t.state, at, alone, when != "")
		f.add(Finding{Kind: KindLeak, Text: text, Test: test, Places: append(places, from...), Stack: f.folded(t), key: key})
	}
}

// alike counts the goroutines that do the same in the same place together,
// those with a place of the learner first.
func (p *plan) alike(all []trace) []trace {
	type kind struct {
		trace
		order string // of the learner's lines, and what has none behind them
	}
	var kinds []kind
	index := map[string]int{}
	for _, t := range all {
		at, places := p.where(t, "")
		key, order := t.doing().one+" "+at, p.order(places)
		if order == foreign { // lines of the suite do not tell goroutines of the learner apart
			start, _ := p.started(t, 1)
			key += start
		}
		if i, ok := index[key]; ok {
			kinds[i].count += t.count
			continue
		}
		index[key] = len(kinds)
		kinds = append(kinds, kind{t, order})
	}
	slices.SortStableFunc(kinds, func(a, b kind) int { return strings.Compare(a.order, b.order) })
	merged := make([]trace, len(kinds))
	for i, k := range kinds {
		merged[i] = k.trace
	}
	return merged
}

// foreign is the order of what is not in the learner's code.
const foreign = "~"

// order sorts by the first of the learner's lines.
func (p *plan) order(places []Place) string {
	for _, place := range places {
		if p.isLearners(place.File) {
			return fmt.Sprintf("%s %09d", place.File, place.Line)
		}
	}
	return foreign
}

// clauseLimit bounds how many kinds of goroutines a sentence lists.
const clauseLimit = 4

// clauses says of several goroutines what each does and where. Where the
// learner's code is on a stack, the others are left out.
func (f *finder) clauses(all []trace) (text string, places []Place, stacks string) {
	all = f.alike(all)
	others := func(t trace) bool {
		_, places := f.where(t, "")
		return f.order(places) == foreign
	}
	if n := slices.IndexFunc(all, others); n > 0 {
		all = all[:n]
	}
	var said []string
	for i, t := range all {
		if len(stacks) < stackLimit {
			stacks += f.folded(t) + "\n"
		}
		at, found := f.where(t, t.doing().one)
		if i < clauseLimit {
			said = append(said, t.phrase("")+" "+at)
			places = append(places, found...)
		}
	}
	if more := len(all) - clauseLimit; more > 0 {
		said = append(said, fmt.Sprintf("goroutines in %s more places", number(more)))
	}
	text = strings.Join(said, "")
	if n := len(said) - 1; n > 0 {
		text = strings.Join(said[:n], ", ") + " and " + said[n]
	}
	return text, places, stacks
}

// deadlock adds a bubble, or a process, in which nothing can move. What is
// said is how the runtime put it.
func (f *finder) deadlock(test, said string, all []trace) {
	all = slices.DeleteFunc(all, func(t trace) bool { return t.drives(f.plan) })
	lead := "deadlock"
	if strings.Contains(said, "main bubble goroutine has exited") {
		lead = "deadlock after the end of the test"
	}
	text, places, stacks := f.clauses(all)
	switch {
	case text == "":
		text = strings.TrimPrefix(said, "deadlock: ")
	case !slices.ContainsFunc(all, func(t trace) bool { return t.state != "chan send" }):
		text += "; all are blocked, so nobody receives any more"
	default:
		text += "; all are blocked, so nothing wakes them any more"
	}
	f.add(Finding{Kind: KindDeadlock, Text: lead + ": " + text, Test: test, Places: places, Stack: stacks, key: lead + keyOf(f.plan, places)})
}

// keyOf makes findings equal that speak of the same lines of the learner,
// however many goroutines wait there.
func keyOf(p *plan, places []Place) string {
	var key []string
	for _, place := range places {
		if p.isLearners(place.File) {
			key = append(key, fmt.Sprint(place))
		}
	}
	if len(key) == 0 {
		return fmt.Sprint(places)
	}
	slices.Sort(key)
	return fmt.Sprint(slices.Compact(key))
}

// hang adds a test that does not end: the goroutines in its way, and those
// that wait meanwhile, of which one may hold a lock.
func (f *finder) hang(test, lead string, all, meanwhile []trace) {
	busy := slices.DeleteFunc(slices.Clone(all), func(t trace) bool { return t.drives(f.plan) })
	text, places, stacks := f.clauses(busy)
	if text == "" {
		text = "nothing says where it hangs"
	}
	if rest, at, more := f.clauses(meanwhile); rest != "" {
		text += "; meanwhile " + rest + ", which may hold the lock"
		places = append(places, at...)
		stacks += more
	}
	f.add(Finding{Kind: KindHang, Text: lead + ": " + text, Test: test, Places: places, Stack: stacks})
}

// drives tells whether a goroutine only waits for the test, or is the alarm
// that ends it.
func (t trace) drives(p *plan) bool {
	if strings.HasPrefix(t.state, "synctest.") {
		return true
	}
	if len(t.calls) == 0 {
		return false
	}
	top := t.calls[0]
	from, _ := p.owner(top)
	return from == testings || from == goleaks
}

// race adds a report of the race detector.
func (f *finder) race(test string, r race) {
	if len(r.accesses) < 2 {
		text := "data race: the report of the race detector is not complete; it is the stack of this finding"
		f.add(Finding{Kind: KindRace, Text: text, Test: test, Stack: r.text})
		return
	}
	var did, at, starts [2]string
	var places []Place
	stacks := ""
	for i, a := range r.accesses[:2] {
		did[i] = "reads"
		what := "read"
		if a.write {
			did[i], what = "writes", "write"
		}
		var here, from []Place
		at[i], here = f.where(a.trace, what)
		starts[i], from = f.started(a.trace, 1)
		places = append(append(places, here...), from...)
		stacks += what + " by " + f.folded(a.trace) + "\n"
	}
	text := fmt.Sprintf("data race: one goroutine %s %s and another %s %s, and nothing orders the two", did[0], at[0], did[1], at[1])
	switch {
	case at[0] == at[1] && did[0] == did[1]:
		text = fmt.Sprintf("data race: two goroutines write %s, and nothing orders them", at[0])
	case at[0] == at[1]:
		text = fmt.Sprintf("data race: one goroutine %s and another %s %s, and nothing orders the two", did[0], did[1], at[0])
	}
	switch {
	case starts[0] != "" && starts[0] == starts[1]:
		text += "; both " + strings.Replace(starts[0], "was ", "were ", 1)
	case starts[0] != "" && starts[1] != "":
		text += "; the first " + starts[0] + ", the second " + starts[1]
	case starts[0] != "":
		text += "; the first " + starts[0]
	case starts[1] != "":
		text += "; the second " + starts[1]
	}
	f.add(Finding{Kind: KindRace, Text: text, Test: test, Places: places, Stack: stacks, key: keyOf(f.plan, places)})
}
