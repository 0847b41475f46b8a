package host

import (
	"cmp"
	"path"
	"runtime"
	"slices"
	"strings"

	"example.com/leakproof/lessons/lab"
)

// goroutines are those of this process, grouped by where they are.
func goroutines() *lab.Goroutines {
	records := make([]runtime.StackRecord, runtime.NumGoroutine()+100)
	n, ok := runtime.GoroutineProfile(records)
	for !ok {
		records = make([]runtime.StackRecord, n+100)
		n, ok = runtime.GoroutineProfile(records)
	}
	counts := map[[32]uintptr]int{}
	for _, r := range records[:n] {
		counts[r.Stack0]++
	}
	out := &lab.Goroutines{Total: n}
	for stack, count := range counts {
		pcs := stack[:]
		if end := slices.Index(pcs, 0); end >= 0 {
			pcs = pcs[:end]
		}
		g := lab.Group{Count: count, State: "running"}
		var innermost lab.Frame
		for frames, more := runtime.CallersFrames(pcs), len(pcs) > 0; more; {
			var f runtime.Frame
			f, more = frames.Next()
			if innermost == (lab.Frame{}) {
				innermost = lab.Frame{Func: f.Function, File: path.Base(f.File), Line: f.Line}
			}
			if state, ok := states[f.Function]; ok && len(g.Frames) == 0 {
				g.State = state
			}
			if strings.HasPrefix(f.Function, "runtime.") {
				continue // how the runtime waits is said by the state
			}
			own := strings.HasPrefix(f.Function, "main.") && f.Function != "main.main"
			g.Lab = g.Lab || own
			g.Frames = append(g.Frames, lab.Frame{Func: f.Function, File: path.Base(f.File), Line: f.Line, Lab: own})
		}
		if len(g.Frames) == 0 { // one of the runtime's own
			g.Frames = []lab.Frame{innermost}
		}
		out.Groups = append(out.Groups, g)
	}
	slices.SortFunc(out.Groups, func(a, b lab.Group) int {
		if a.Lab != b.Lab {
			if a.Lab {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(b.Count, a.Count), slices.CompareFunc(a.Frames, b.Frames, compareFrames))
	})
	return out
}

func compareFrames(a, b lab.Frame) int {
	return cmp.Or(cmp.Compare(a.Func, b.Func), cmp.Compare(a.Line, b.Line))
}

// states are the words of a goroutine dump for what waits, by the function of
// the runtime that waits.
var states = map[string]string{
	"runtime.chansend":                      "chan send",
	"runtime.chansend1":                     "chan send",
	"runtime.chanrecv":                      "chan receive",
	"runtime.chanrecv1":                     "chan receive",
	"runtime.chanrecv2":                     "chan receive",
	"runtime.selectgo":                      "select",
	"runtime.netpollblock":                  "IO wait",
	"internal/poll.runtime_pollWait":        "IO wait",
	"time.Sleep":                            "sleep",
	"sync.runtime_SemacquireMutex":          "lock",
	"internal/sync.runtime_SemacquireMutex": "lock",
	"sync.runtime_SemacquireRWMutexR":       "lock",
	"sync.runtime_SemacquireWaitGroup":      "wait group",
	"sync.runtime_notifyListWait":           "condition",
}
