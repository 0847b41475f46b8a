package tui

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestTheFrameClockRests: without it an open kata costs a percent of a
// processor, and with Bubble Tea's shortest frame a key press waits 8 ms.
func TestTheFrameClockRests(t *testing.T) {
	drive(t, sizes["80x24"], func(d *driver) {
		clock := &d.model.clock
		if clock.ticker == nil {
			t.Fatal("Bubble Tea's Program has no field ticker any more: look how its renderer is paced now, and whether frameClock is still needed")
		}
		resting := func() bool {
			clock.mu.Lock()
			defer clock.mu.Unlock()
			return clock.resting
		}
		time.Sleep(restAfter)
		synctest.Wait()
		if !resting() {
			t.Fatalf("nothing happened for %v and the clock does not rest", restAfter)
		}
		for _, key := range []string{"j", "k"} {
			time.Sleep(10 * time.Second)
			before := d.written.count()
			pressed := time.Now()
			if _, err := d.keys.Write([]byte(key)); err != nil {
				t.Fatal(err)
			}
			for d.written.count() == before && time.Since(pressed) < time.Minute {
				time.Sleep(awake / 2)
				synctest.Wait()
			}
			if took := time.Since(pressed); took > 2*awake {
				t.Errorf("the key press %q was drawn after %v", key, took)
			}
			if resting() {
				t.Error("the clock rests while keys are pressed")
			}
		}
	})
}
