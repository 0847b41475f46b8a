// Command predict builds ten pages, and each asks four services.
package main

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

func page() error {
	replies := make(chan error)
	for range 4 {
		go func() { replies <- errors.New("503") }()
	}
	return <-replies // the first error
}

func main() {
	for range 10 {
		_ = page()
	}
	time.Sleep(500 * time.Millisecond)
	fmt.Println(runtime.NumGoroutine())
}
