package shared

import "maps"

// OwnedViews counts in a goroutine of its own, which alone has the map.
type OwnedViews struct {
	add      chan string
	counts   chan chan map[string]int
	thousand func(id string) // told when a note was read 1,000 times
}

// NewOwnedViews starts the goroutine that owns the map.
func NewOwnedViews(thousand func(id string)) *OwnedViews {
	v := &OwnedViews{
		add:      make(chan string),
		counts:   make(chan chan map[string]int),
		thousand: thousand,
	}
	go v.own()
	return v
}

func (v *OwnedViews) own() {
	count := map[string]int{}
	for {
		select {
		case id := <-v.add:
			count[id]++
			if count[id] == 1000 {
				v.thousand(id)
			}
		case reply := <-v.counts:
			reply <- maps.Clone(count)
		}
	}
}

// Add is called by every request that reads a note.
func (v *OwnedViews) Add(id string) { v.add <- id }

// Counts asks the owner for a copy of all counts.
func (v *OwnedViews) Counts() map[string]int {
	reply := make(chan map[string]int)
	v.counts <- reply
	return <-reply
}
