// Profile leaves goroutines behind in four ways, and shows what the number
// of goroutines says and what their profile says.
package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"time"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

func main() {
	before := runtime.NumGoroutine()
	gone, leave := context.WithCancel(context.Background())
	leave()
	rendered := make(chan *lifetimes.Page)
	for range 50 { // previews for clients who have left
		_, _ = lifetimes.PreviewNaive(gone, func() *lifetimes.Page { return <-rendered })
	}
	close(rendered)
	for range 5 {
		lifetimes.IndexAllNaive(make([]lifetimes.Note, 8), func(lifetimes.Note) {})
	}
	for range 7 {
		lifetimes.RefreshNaive(time.Hour, func() {})()
	}
	for range 4 {
		go lifetimes.WatchNaive(nil, func([]lifetimes.Note) {})
	}
	time.Sleep(100 * time.Millisecond)

	fmt.Println("the number: ", before, "before,", runtime.NumGoroutine(), "now")
	stacks, err := lifetimes.Waiting()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("the profile:")
	for _, name := range []string{
		"PreviewNaive.func1", "IndexAllNaive.func1", "WatchNaive",
		"RefreshNaive.func1",
	} {
		fmt.Printf("%4d in %s\n", stacks[name], name)
	}
}
