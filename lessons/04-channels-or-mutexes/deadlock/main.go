// Deadlock runs three pairs of methods against each other until they hang,
// and prints where the runtime finds them waiting.
package main

import (
	"fmt"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

func main() {
	shelf := shared.NewShelf()
	go forever(func() { shelf.GetNaive("8c1f") })
	go forever(func() { shelf.DeleteNaive("8c1f") })
	report("two locks in two orders:",
		"Shelf.GetNaive: s.readsMu.Lock()", "Shelf.DeleteNaive: s.notesMu.Lock()")

	tags := shared.NewTags()
	go forever(func() { tags.HasBothNaive("8c1f", "go", "draft") })
	go forever(func() { tags.Set("8c1f", "go") })
	report("a read lock inside a read lock, and a writer:",
		"Tags.Has: t.mu.RLock()", "Tags.Set: t.mu.Lock()")

	var views *shared.OwnedViews
	views = shared.NewOwnedViews(func(string) { views.Counts() })
	go forever(func() { views.Add("8c1f") })
	report("an owner that asks itself:",
		"OwnedViews.Counts: v.counts <- reply", "OwnedViews.Add: func (v *OwnedViews) Add(id string) { v.add <- id }")
}

func forever(call func()) {
	for {
		call()
	}
}

func report(what string, lines ...string) {
	fmt.Println(what)
	for _, w := range shared.StuckAt(lines...) {
		fmt.Printf("  %-20s %s\n", w.Func, w.State)
	}
}
