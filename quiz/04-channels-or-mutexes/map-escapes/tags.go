package mapescapes

import "sync"

type Tags struct {
	mu   sync.Mutex
	uses map[string]int
}

func (t *Tags) Add(tag string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.uses == nil {
		t.uses = map[string]int{}
	}
	t.uses[tag]++
}

func (t *Tags) All() map[string]int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.uses
}
