// Lost derives 200,000 contexts from one that lives as long as the service,
// first with their cancel called and then without, and prints the memory
// that is still held after a garbage collection.
package main

import (
	"context"
	"fmt"
	"runtime"
)

func main() {
	service, stop := context.WithCancel(context.Background())
	defer stop()
	const n = 200_000
	start := held()
	for range n {
		_, cancel := context.WithCancel(service)
		cancel()
	}
	fmt.Printf("%d contexts, cancelled:   %4d MB held\n", n, held()-start)

	for range n {
		lose(service)
	}
	fmt.Printf("%d contexts, forgotten:   %4d MB held\n", n, held()-start)

	stop()
	fmt.Printf("when their parent has ended:   %4d MB held\n", held()-start)
}

// lose forgets its cancel. The assignment keeps go vet silent.
func lose(ctx context.Context) {
	_, cancel := context.WithCancel(ctx)
	_ = cancel
}

// held is the memory in use after a garbage collection, in MB.
func held() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) >> 20
}
