package kit_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"example.com/leakproof/katas/internal/kit"
)

// hidden are races beside a bystander that orders goroutines which take turns.
var hidden = map[string]func(t *testing.T, bystander func()){
	"calls": func(t *testing.T, bystander func()) {
		kit.Race(t, "notes were counted", 20, func(*kit.Barrier) []func() {
			notes := 0
			return slices.Repeat([]func(){func() {
				for range 300 {
					bystander()
					notes++
					bystander()
				}
			}}, 8)
		})
	},
	"goroutines of the code": func(t *testing.T, bystander func()) {
		kit.Race(t, "notes were counted", 12, func(meet *kit.Barrier) []func() {
			const many = 1000
			notes := 0
			return []func(){func() {
				var running sync.WaitGroup
				for range many {
					running.Go(func() {
						meet.Wait(many)
						bystander()
						notes++
						bystander()
					})
				}
				running.Wait()
			}}
		})
	},
}

func bystanders() map[string]func() {
	var mu sync.Mutex
	var n int
	var gauge atomic.Int64
	return map[string]func(){
		"nobody": func() {},
		"lock": func() {
			mu.Lock()
			defer mu.Unlock()
			n++
		},
		"atomic number": func() { gauge.Add(1) },
	}
}

// TestHiddenRace is the child's part of TestRaceFindsWhatABystanderHides.
func TestHiddenRace(t *testing.T) {
	if name, by, ok := strings.Cut(os.Getenv(scenarioVariable), " behind "); ok {
		hidden[name](t, bystanders()[by])
	}
}

func TestRaceFindsWhatABystanderHides(t *testing.T) {
	if !raceDetector(t) {
		t.Skip("the race detector is off")
	}
	for name := range hidden {
		for by := range bystanders() {
			for _, cpus := range []string{"1", "8"} {
				t.Run(name+" behind "+by+" at "+cpus, func(t *testing.T) {
					child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestHiddenRace$", "-test.cpu="+cpus)
					child.Env = append(os.Environ(), scenarioVariable+"="+name+" behind "+by)
					out, _ := child.CombinedOutput()
					const want = "notes were counted, and nothing orders what they do with the same memory"
					if text := string(out); !strings.Contains(text, "WARNING: DATA RACE") || !strings.Contains(text, want) {
						t.Errorf("Race did not find it:\n%s", out)
					}
				})
			}
		}
	}
}

// raceDetector reports whether this binary was built with -race.
func raceDetector(t *testing.T) bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		t.Fatal("the binary has no build information")
	}
	return slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"})
}

// TestRaceAcceptsWhatIsOrdered: every function is called once in each round, on
// several processors, and what was set is put back.
func TestRaceAcceptsWhatIsOrdered(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	var mu sync.Mutex
	calls, fewest := 0, 100
	call := func() {
		mu.Lock()
		defer mu.Unlock()
		calls++
		fewest = min(fewest, runtime.GOMAXPROCS(0))
	}
	kit.Race(t, "notes were read", 5, func(*kit.Barrier) []func() { return slices.Repeat([]func(){call}, 8) })
	if calls != 40 || fewest < 4 {
		t.Errorf("8 functions in 5 rounds were called %d times, on %d processors, want 40 on 4 or more", calls, fewest)
	}
	if now := runtime.GOMAXPROCS(0); now != 1 {
		t.Errorf("after Race, GOMAXPROCS is %d, want 1 as before", now)
	}
}

func TestBarrier(t *testing.T) {
	var before, early atomic.Int32
	kit.Race(t, "callers met", 50, func(meet *kit.Barrier) []func() {
		before.Store(0)
		return slices.Repeat([]func(){func() {
			before.Add(1)
			meet.Wait(8)
			if before.Load() < 8 {
				early.Add(1)
			}
		}}, 24)
	})
	if n := early.Load(); n > 0 {
		t.Errorf("%d callers went on before there were 8 of them", n)
	}
}

// TestBarrierThatIsNeverFull: who comes alone is let go.
func TestBarrierThatIsNeverFull(t *testing.T) {
	returned := 0
	kit.Race(t, "callers came one after another", 1, func(meet *kit.Barrier) []func() {
		return []func(){func() {
			for range 3 {
				meet.Wait(2)
				returned++
			}
		}}
	})
	if returned != 3 {
		t.Errorf("of 3 waits for a second caller %d returned", returned)
	}
}

// TestRaceNamesWhoWaits for ever, and the lines.
func TestRaceNamesWhoWaits(t *testing.T) {
	var mu sync.Mutex
	mu.Lock()
	said := raceInto(t, func() { mu.Lock(); mu.Unlock() }) //nolint:staticcheck // it only waits
	mu.Unlock()
	kit.Settle(t)
	for _, want := range []string{"notes were read, and 2 of 2 calls do not return any more", "2 goroutines [sync.Mutex.Lock]",
		"TestRaceNamesWhoWaits.func1 race_test.go:"} {
		if !strings.Contains(said, want) {
			t.Errorf("Race said %q, which lacks %q", said, want)
		}
	}
}

func TestRaceReportsAPanic(t *testing.T) {
	said := raceInto(t, func() { panic("no note") })
	for _, want := range []string{"notes were read, and one of the calls panicked: no note", "TestRaceReportsAPanic.func1 race_test.go:"} {
		if !strings.Contains(said, want) {
			t.Errorf("Race said %q, which lacks %q", said, want)
		}
	}
}

func TestRaceRefusesABubble(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		if said := raceInto(t, func() {}); !strings.Contains(said, "in a bubble") {
			t.Errorf("in a bubble Race said %q", said)
		}
	})
}

// raceInto returns what Race fails its test with when two goroutines call f.
func raceInto(t *testing.T, f func()) string {
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		kit.Race(r, "notes were read", 3, func(*kit.Barrier) []func() { return []func(){f, f} })
	}()
	<-done
	return r.said
}

// TestCrowdMakesEachCallOnce, whoever makes it.
func TestCrowdMakesEachCallOnce(t *testing.T) {
	var made [40]atomic.Int32
	kit.Race(t, "notes were read", 1, func(meet *kit.Barrier) []func() {
		return kit.Crowd(meet, 8, 5, func(n int) { made[n].Add(1) })
	})
	for n := range made {
		if times := made[n].Load(); times != 1 {
			t.Errorf("call %d was made %d times, want once", n, times)
		}
	}
}

// TestCrowdOfARoundOfPairs: nobody makes a call twice, and in rounds in which the
// two meet, all calls are made.
func TestCrowdOfARoundOfPairs(t *testing.T) {
	const rounds = 16
	var made []*[40]atomic.Int32
	kit.Race(t, "notes were read", rounds, func(meet *kit.Barrier) []func() {
		mine := &[40]atomic.Int32{}
		made = append(made, mine)
		return kit.Crowd(meet, 8, 5, func(n int) { mine[n].Add(1) })
	})
	whole := 0
	for round, calls := range made {
		all := true
		for n := range calls {
			times := calls[n].Load()
			if times > 1 {
				t.Errorf("round %d: call %d was made %d times", round, n, times)
			}
			all = all && times == 1
		}
		if all {
			whole++
		}
	}
	if whole < rounds/2 { // a round of pairs may end early
		t.Errorf("all calls were made in %d of %d rounds", whole, len(made))
	}
}

// TestPairEndsWithoutASecondGoroutine, in each kind of round.
func TestPairEndsWithoutASecondGoroutine(t *testing.T) {
	returned := 0
	kit.Race(t, "a caller came alone", 2, func(meet *kit.Barrier) []func() {
		return []func(){func() {
			for range 100 {
				meet.Pair()
				returned++
			}
		}}
	})
	if returned < 200 || returned%100 != 0 { // a round of pairs is tried again
		t.Errorf("of 200 calls of Pair and those of further tries %d returned", returned)
	}
}

// TestRaceStopsWhereManyAreLeft behind, rather than add to them.
func TestRaceStopsWhereManyAreLeft(t *testing.T) {
	leave := make(chan struct{})
	made := 0
	kit.Race(t, "notes were read", 50, func(*kit.Barrier) []func() {
		made++
		return []func(){func() {
			for range 500 {
				go func() { <-leave }()
			}
		}}
	})
	close(leave)
	kit.Settle(t)
	if made < 2 || made > 5 {
		t.Errorf("500 goroutines were left behind in each round, and Race made %d rounds, want about 3", made)
	}
}

func TestAShortRaceHasATenthOfTheRounds(t *testing.T) {
	old := flag.Lookup("test.short").Value.String()
	if err := flag.Set("test.short", "true"); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := flag.Set("test.short", old); err != nil {
			t.Error(err)
		}
	}()
	for rounds, want := range map[int]int{80: 8, 5: 2} {
		made := 0
		kit.Race(t, "notes were read", rounds, func(*kit.Barrier) []func() {
			made++
			return []func(){func() {}}
		})
		if made != want {
			t.Errorf("a short Race of %d rounds made %d, want %d", rounds, made, want)
		}
	}
}

// TestOthersGoOnFirst while the text of a SlowError is asked for, and before the
// cancel function of what is derived from SlowEnd returns.
func TestOthersGoOnFirst(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for name, step := range map[string]func(){
		"SlowError": func() { _ = kit.SlowError("no note").Error() },
		"SlowEnd": func() {
			_, cancel := context.WithCancel(kit.SlowEnd())
			cancel()
		},
	} {
		var other atomic.Bool
		var running sync.WaitGroup
		running.Go(func() { other.Store(true) })
		step()
		if !other.Load() {
			t.Errorf("%s: the other goroutine has not gone on", name)
		}
		running.Wait()
	}
	if text := kit.SlowError("no note").Error(); text != "no note" {
		t.Errorf("the text of the error is %q", text)
	}
}
