package boundedfanout_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	boundedfanout "example.com/leakproof/katas/24-bounded-fanout"
	"example.com/leakproof/katas/internal/kit"
)

// Fine print: a slot comes back on every way out.
func TestSlotsComeBack(t *testing.T) {
	const limit, times = 3, 60 // a repair may be lucky now and then
	kit.Bubble(t, func(t *testing.T) {
		fails := call{takes: time.Second, err: errBoom}
		s := &store{normal: call{takes: time.Second}, first: []call{fails, fails, fails}}
		service := boundedfanout.NewService(s, limit)
		<-begin(caller, service, limit).done
		gone, cancel := context.WithCancel(caller)
		cancel()
		for range times {
			<-begin(gone, service, limit).done
		}
		time.Sleep(time.Second) // for calls that outlive Notes
		next := begin(caller, service, limit)
		synctest.Wait()
		if live := s.running.Live(); live < limit {
			t.Fatalf("a call of Notes failed, %d more had lost their caller before they began, and the next one gets %d of %d slots;\n"+
				"a slot comes back on every way out (fine print)", times, live, limit)
		}
		<-next.done
	})
}
