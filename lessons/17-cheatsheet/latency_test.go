package cheatsheet

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	hundred := make([]time.Duration, 100)
	for i := range hundred {
		hundred[i] = time.Duration(100-i) * time.Millisecond
	}
	for p, want := range map[int]time.Duration{1: 1, 50: 50, 95: 95, 99: 99, 100: 100} {
		if got := Percentile(hundred, p); got != want*time.Millisecond {
			t.Errorf("p%d of 1 to 100 ms is %v", p, got)
		}
	}
	if got := Percentile(hundred[:3], 99); got != 100*time.Millisecond {
		t.Errorf("p99 of three is %v, want the slowest", got)
	}
}

func TestTheSameAverageAnotherTail(t *testing.T) {
	table := "service   mean    p50    p95    p99\n"
	for _, s := range []struct {
		name string
		took []time.Duration
	}{{"A", Mixed(1000, 20)}, {"B", Steady(1000)}} {
		table += fmt.Sprintf("%-7s %6v %6v %6v %6v\n", s.name, Mean(s.took),
			Percentile(s.took, 50), Percentile(s.took, 95), Percentile(s.took, 99))
	}
	mustSay(t, table)
}

// A page of 20 calls is slow when any of them is.
func TestAPageMeetsTheTail(t *testing.T) {
	share := 1 - math.Pow(0.98, 20)
	if share < 0.33 || share > 0.34 {
		t.Errorf("%.3f of the pages meet a slow call, want a third", share)
	}
	mustSay(t, "in one view in three")
}

// Nine instances are fast and one is not. The average of their p99s is a
// latency that no request had.
func TestPercentilesDoNotAverage(t *testing.T) {
	var all, p99s []time.Duration
	for i := range 10 {
		slow := 0
		if i == 0 {
			slow = 100
		}
		one := Mixed(100, slow)
		all, p99s = append(all, one...), append(p99s, Percentile(one, 99))
	}
	if mean := Mean(p99s); mean != 220*time.Millisecond || slices.Contains(all, mean) {
		t.Errorf("the average p99 is %v, want 220ms", mean)
	}
	if p99 := Percentile(all, 99); p99 != 2020*time.Millisecond {
		t.Errorf("the p99 of all requests is %v, want 2.02s", p99)
	}
	mustSay(t, "220 ms")
}
