package mapescapes

import "sync"

type Stats struct {
	Last [3]string
	Days map[string]int
	Best string
	Sum  int
}

type Board struct {
	mu sync.Mutex
	s  Stats // guarded by mu; Days is made by New
}

func (b *Board) Read() (out Stats) {
	b.mu.Lock()
	defer b.mu.Unlock()
	out.Last = b.s.Last
	out.Days = b.s.Days
	out.Best = b.s.Best
	out.Sum = b.s.Sum
	return out
}
