package main

import (
	"fmt"
	"sync"
)

func main() {
	var mu sync.RWMutex
	mu.RLock()
	reader := mu.TryRLock()
	writer := mu.TryLock()
	mu.RUnlock()
	again := mu.TryLock()
	fmt.Println(reader, writer, again)
}
