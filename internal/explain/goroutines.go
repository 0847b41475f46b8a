package explain

import (
	"fmt"
	"slices"
	"strings"
)

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
func (s *Subject) alike(all []trace) []trace {
	type kind struct {
		trace
		order string // of the learner's lines, and what has none behind them
	}
	var kinds []kind
	index := map[string]int{}
	for _, t := range all {
		at, places := s.where(t, "")
		key, order := t.doing().one+" "+at, s.order(places)
		if order == foreign { // lines of the suite do not tell goroutines of the learner apart
			start, _ := s.started(t, 1)
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
func (s *Subject) order(places []Place) string {
	for _, place := range places {
		if s.isLearners(place.File) {
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
	all = slices.DeleteFunc(all, f.drives)
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
	f.add(Finding{Kind: KindDeadlock, Text: lead + ": " + text, Test: test, Places: places, Stack: stacks, key: lead + f.keyOf(places)})
}

// keyOf makes findings equal that speak of the same lines of the learner,
// however many goroutines wait there.
func (s *Subject) keyOf(places []Place) string {
	var key []string
	for _, place := range places {
		if s.isLearners(place.File) {
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
	busy := slices.DeleteFunc(slices.Clone(all), f.drives)
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
func (s *Subject) drives(t trace) bool {
	if strings.HasPrefix(t.state, "synctest.") {
		return true
	}
	if len(t.calls) == 0 {
		return false
	}
	top := t.calls[0]
	from, _ := s.owner(top)
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
	case r.ofWaitGroup():
		adds, waits := 0, 1
		if r.accesses[0].write {
			adds, waits = 1, 0
		}
		text = fmt.Sprintf("data race: a sync.WaitGroup is at zero, one goroutine adds to it %s while another begins to wait for it, and nothing orders the two", at[adds])
		if starts[waits] != "" {
			text += "; the one that waits " + starts[waits]
		}
		starts = [2]string{}
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
	f.add(Finding{Kind: KindRace, Text: text, Test: test, Places: places, Stack: stacks, key: f.keyOf(places)})
}
