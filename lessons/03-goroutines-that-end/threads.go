package lifetimes

import "runtime/metrics"

// Scheduled returns how many goroutines wait, and how many OS threads the
// runtime has.
func Scheduled() (waiting, threads int) {
	m := []metrics.Sample{
		{Name: "/sched/goroutines/waiting:goroutines"},
		{Name: "/sched/threads/total:threads"},
	}
	metrics.Read(m)
	return int(m[0].Value.Uint64()), int(m[1].Value.Uint64())
}
