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
// 10 s, and what became of the reads from second 20 on.
func minute(call func(context.Context, func(context.Context) error) error) (string, reads) {
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
		late                      reads
	)
	request := func(work func(context.Context) error, isRead bool) {
		mu.Lock()
		waiting++
		mu.Unlock()
		came := time.Now()
		err := call(ctx, work)
		mu.Lock()
		defer mu.Unlock()
		waiting--
		if isRead && came.Sub(start) >= 20*time.Second {
			late.slowest = max(late.slowest, time.Since(came))
			if err != nil {
				late.failed++
			}
		}
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
		wg.Go(func() { request(s.Read, true) })
		time.Sleep(35 * time.Millisecond)
		wg.Go(func() { request(s.Save, false) })
		time.Sleep(65 * time.Millisecond)
		if tick%100 == 0 {
			synctest.Wait()
			mu.Lock()
			fmt.Fprintf(&board, "%6d   %8d   %6d   %7d\n", tick/10, answered, failed, waiting)
			answered, failed = 0, 0
			mu.Unlock()
		}
	}
	mu.Lock()
	ended := late // what is still waiting will fail now
	mu.Unlock()
	hangUp()
	wg.Wait()
	return board.String(), ended
}

// reads counts the failed ones and has the time of the slowest.
type reads struct {
	failed  int
	slowest time.Duration
}

func TestOneSlowDependencyStopsEverything(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board, _ := minute(func(ctx context.Context, work func(context.Context) error) error {
			return work(ctx)
		})
		mustSay(t, rows(board, 0, 1, 2, 3, 6))
		mustSay(t, "[SSSSSSSSSS] <--  RSRSRS                              180") // 190 wait, and 10 of them hold a connection
	})
}

// rows are some lines of a dashboard; 0 is its heading.
func rows(board string, which ...int) string {
	lines := strings.SplitAfter(board, "\n")
	var b strings.Builder
	for _, i := range which {
		b.WriteString(lines[i])
	}
	return b.String()
}

func TestADeadlineKeepsTheRestAlive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board, late := minute(within(500 * time.Millisecond))
		mustSay(t, rows(board, 0, 2, 6))
		if late.failed != 0 || late.slowest != queryTime {
			t.Errorf("%d reads failed, the slowest took %v, want none and %v", late.failed, late.slowest, queryTime)
		}
	})
}

// 10 saves a second that hold a connection for 2 s would need 20, and there
// are 10: now the reads wait as well.
func TestALongerDeadlineMakesTheReadsWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, late := minute(within(2 * time.Second))
		if took := late.slowest.Round(10 * time.Millisecond); late.failed != 0 || took != 1060*time.Millisecond {
			t.Errorf("%d reads failed, the slowest took %v, want none and 1.06s", late.failed, late.slowest)
		}
		mustSay(t, "1.06 s")
	})
}

// within gives each request d.
func within(d time.Duration) func(context.Context, func(context.Context) error) error {
	return func(ctx context.Context, work func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel()
		return work(ctx)
	}
}
