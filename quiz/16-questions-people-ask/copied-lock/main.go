// Command copied-lock grows a slice of shards while one is in use.
package main

import (
	"fmt"
	"sync"
)

type shard struct {
	mu    sync.Mutex
	notes int
}

func main() {
	shards := make([]shard, 1)
	first := &shards[0]

	first.mu.Lock()
	first.notes++
	shards = append(shards, shard{})
	first.mu.Unlock()

	fmt.Println("notes", shards[0].notes)
	fmt.Println("free", shards[0].mu.TryLock())
}
