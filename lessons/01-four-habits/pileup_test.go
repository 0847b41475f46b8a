package fourhabits

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// minute puts 10 reads and 10 saves a second on a service with 10 connections
// whose index hangs from second 10 on. It returns the dashboard, a line each
// 10 s.
func minute(call func(context.Context, func(context.Context) error) error) string {
	start := time.Now()
	index := func(ctx context.Context) error {
		if time.Since(start) < 10*time.Second {
			return pause(ctx, 30*time.Millisecond)
		}
		<-ctx.Done()
		return ctx.Err()
	}
	s := NewService(10, index)
	ctx, hangUp := context.WithCancel(context.Background())
	var (
		mu                        sync.Mutex
		waiting, answered, failed int
		wg                        sync.WaitGroup
	)
	request := func(work func(context.Context) error) {
		mu.Lock()
		waiting++
		mu.Unlock()
		err := call(ctx, work)
		mu.Lock()
		defer mu.Unlock()
		waiting--
		if err != nil {
			failed++
		} else {
			answered++
		}
	}
	var board strings.Builder
	board.WriteString("second   answered   failed   waiting\n")
	for tick := 1; tick <= 600; tick++ { // ten a second
		// No two things happen at the same instant, so every run is the same.
		wg.Go(func() { request(s.Read) })
		time.Sleep(35 * time.Millisecond)
		wg.Go(func() { request(s.Save) })
		time.Sleep(65 * time.Millisecond)
		if tick%100 == 0 {
			synctest.Wait()
			mu.Lock()
			fmt.Fprintf(&board, "%6d   %8d   %6d   %7d\n", tick/10, answered, failed, waiting)
			answered, failed = 0, 0
			mu.Unlock()
		}
	}
	hangUp()
	wg.Wait()
	return board.String()
}

func TestOneSlowDependencyStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mustSay(t, minute(func(ctx context.Context, work func(context.Context) error) error {
			return work(ctx)
		}))
	})
}

func TestADeadlineKeepsTheRestAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		mustSay(t, minute(func(ctx context.Context, work func(context.Context) error) error {
			return Within(ctx, 500*time.Millisecond, work)
		}))
	})
}
