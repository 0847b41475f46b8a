package kit_test

import (
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scenarioVariable names, in a child process, the scenario that TestScenario runs.
const scenarioVariable = "LEAKPROOF_KIT_SCENARIO"

// A scenario is a test that must fail. It runs in a child process, because some
// of them end it.
type scenario struct {
	run  func(t *testing.T)
	says []string // the failure holds these, in this order
	not  []string // and none of these
	ends bool     // the failure ends the process, so that the next test does not run
}

var scenarios = map[string]scenario{
	"leak": {
		run: func(*testing.T) {
			results := make(chan int)
			for range 3 {
				go func() { results <- 1 }()
			}
		},
		says: []string{"goroutines outlived the test and were still there 1m0s of virtual time later",
			"3 goroutines [chan send] init.func1.1 bubble_test.go:", "started by init.func1 bubble_test.go:"},
		not: []string{"deadlock"}, // said once, as a leak
	},
	"leak of many kinds": {
		run: func(*testing.T) {
			never := make(chan int)
			for _, f := range []func(){
				func() { <-never }, func() { <-never }, func() { <-never }, func() { <-never }, func() { <-never },
				func() { <-never }, func() { <-never }, func() { <-never }, func() { <-never }, func() { <-never },
			} {
				go f()
			}
		},
		says: []string{"goroutines outlived the test", "goroutine [chan receive]", "and 2 more kinds"},
	},
	"late": {
		run: func(*testing.T) {
			go func() { time.Sleep(30 * time.Second) }()
		},
		says: []string{"they needed another 30s of virtual time to end", "goroutine [sleep]", "bubble_test.go:"},
	},
	"poll": {
		run: func(*testing.T) {
			go func() {
				for {
					time.Sleep(time.Millisecond)
				}
			}()
		},
		says: []string{"still there 1m0s of virtual time later", "goroutine [sleep]"},
	},
	"deadlock": {
		run: func(t *testing.T) {
			t.Error("said before")
			var group sync.WaitGroup
			group.Add(1)
			results := make(chan int)
			go func() { results <- 1 }()
			group.Wait()
		},
		says: []string{"said before", "deadlock", "nothing will wake them", "[sync.WaitGroup.Wait]"},
	},
	"deadlock of the test alone": {
		run:  func(*testing.T) { <-make(chan int) },
		says: []string{"deadlock", "nothing will wake them", "goroutine [chan receive] init.func", "bubble_test.go:"},
		not:  []string{"started by", "outlived"},
	},
	"deadlock in a cleanup": {
		run: func(t *testing.T) {
			t.Cleanup(func() { <-make(chan int) })
		},
		says: []string{"deadlock", "[chan receive] init.func", "bubble_test.go:"},
	},
	"deadlock over a mutex": {
		run: func(*testing.T) {
			var mu sync.Mutex
			mu.Lock()
			mu.Lock()
		},
		says: []string{"virtual time stood still for 1s", "[sync.Mutex.Lock] init.func", "bubble_test.go:"},
		ends: true,
	},
	"panic": {
		run: func(*testing.T) {
			var notes map[string]int
			notes["a"] = 1 //nolint:staticcheck // the panic under test
		},
		says: []string{"panic: assignment to entry in nil map", "bubble_test.go:"},
	},
	"failed with a fake that hangs": {
		run: func(t *testing.T) {
			go func() { select {} }()
			t.Fatal("the contract says so")
		},
		says: []string{"the contract says so"},
		not:  []string{"outlived", "deadlock"},
	},
	"server with a handler that stays": {
		run: func(t *testing.T) {
			client := network.Serve(t, &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
				time.Sleep(time.Hour)
			})}).Client()
			client.Timeout = time.Second
			if _, err := client.Get("http://notes.test/"); err == nil {
				t.Error("the handler answered")
			}
		},
		says: []string{"outlived the test", "[sleep] init.func"},
	},
	"server that stops early": {
		run: func(t *testing.T) {
			if err := network.Serve(t, new(http.Server)).Close(); err != nil {
				t.Error(err)
			}
			synctest.Wait()
		},
		says: []string{"http.Server.Serve ended before the test did: "},
	},
	"listener that nobody closes": {
		run: func(*testing.T) {
			l := network.Listen()
			go func() { _, _ = l.Accept() }()
		},
		says: []string{"outlived the test", "[select] init.func"}, // the line that waits is not one of the kit
	},
	"mutex": {
		run: func(t *testing.T) {
			var mu sync.Mutex
			go func() {
				mu.Lock()
				defer mu.Unlock()
				time.Sleep(time.Second)
			}()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			t.Error("got the mutex")
		},
		says: []string{"virtual time stood still for 1s", "[sync.Mutex.Lock] init.func", "Meanwhile these wait", "[sleep] init.func"},
		ends: true,
	},
	"mutex that the test holds": {
		run: func(*testing.T) {
			var mu sync.RWMutex
			mu.Lock()
			defer mu.Unlock()
			go func() {
				mu.RLock()
				defer mu.RUnlock()
			}()
			time.Sleep(time.Second)
		},
		says: []string{"a mutex", "[sync.RWMutex.RLock] init.func", "started by init.func",
			"Meanwhile these wait, and one of them may hold the mutex", "[sleep] init.func"},
		ends: true,
	},
	"real I/O": {
		run: func(t *testing.T) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			go func() { _, _ = l.Accept() }()
			time.Sleep(time.Second)
		},
		says: []string{"real I/O", "[IO wait] init.func", "bubble_test.go:"},
		not:  []string{"Meanwhile"},
		ends: true,
	},
	"spin of the test on the clock": {
		run: func(*testing.T) {
			for start := time.Now(); time.Since(start) < time.Second; {
				runtime.Gosched()
			}
		},
		says: []string{"a loop without a pause", "goroutine [run", "init.func", "bubble_test.go:"},
		not:  []string{"Meanwhile"},
		ends: true,
	},
	"spin": {
		run: func(*testing.T) {
			stop := make(chan struct{})
			go func() {
				for {
					select {
					case <-stop:
						return
					default: //nolint:staticcheck // the spin under test
					}
				}
			}()
		},
		says: []string{"virtual time stood still for 1s", "[run", "init.func", "bubble_test.go:"},
		not:  []string{"Meanwhile"},
		ends: true,
	},
	"wakes for ever": {
		run: func(*testing.T) {
			go func() {
				for {
					time.Sleep(time.Millisecond)
				}
			}()
			select {}
		},
		says: []string{"virtual time moves, but goroutines wake again and again", "[select (no cases)]"},
		ends: true,
	},
}

// TestScenario is the child's part of TestBubbleReports.
func TestScenario(t *testing.T) {
	if s, ok := scenarios[os.Getenv(scenarioVariable)]; ok {
		kit.SetFreezeLimit(time.Second)
		kit.Bubble(t, s.run)
		t.Log("went on after a failure")
	}
}

// TestScenarioIsFollowed runs after TestScenario in the child.
func TestScenarioIsFollowed(t *testing.T) {
	kit.Settle(t) // what a failed bubble has left behind does not move any more
	kit.Bubble(t, func(*testing.T) {
		go time.Sleep(time.Hour)
		time.Sleep(time.Hour)
	})
}

// TestBubbleReports runs every scenario in a process of its own, the way
// go test -json does, and reads the verdict of each test and the message.
func TestBubbleReports(t *testing.T) {
	for name, s := range scenarios {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestScenario", "-test.v=test2json", "-test.shuffle=off")
			child.Env = append(os.Environ(), scenarioVariable+"="+name)
			out, err := child.CombinedOutput()
			if child.ProcessState.ExitCode() != 1 {
				t.Errorf("exit: %v; a test that fails gives exit status 1", err)
			}
			rest := string(out)
			for _, want := range s.says {
				_, after, found := strings.Cut(rest, want)
				if !found {
					t.Errorf("the output lacks %q, or has it too early", want)
				}
				rest = after
			}
			for _, unwanted := range append(s.not, "testing.go:", "synctest.go:", "went on") {
				if strings.Contains(string(out), unwanted) {
					t.Errorf("the output has %q", unwanted)
				}
			}
			if !strings.Contains(string(out), "\x16--- FAIL: TestScenario (") {
				t.Error("no FAIL line for the test")
			}
			if followed := strings.Contains(string(out), "\x16--- PASS: TestScenarioIsFollowed ("); followed == s.ends {
				t.Errorf("the next test passed: %t, want %t", followed, !s.ends)
			}
			if t.Failed() {
				t.Logf("the child said:\n%s", out)
			}
		})
	}
}

// TestBubbleReportsInPlainWords runs a scenario the way go test does without
// -json or -v: the message alone has to say which test it was.
func TestBubbleReportsInPlainWords(t *testing.T) {
	for name, want := range map[string]string{
		"mutex": "--- FAIL: TestScenario (1.00s)\n    virtual time stood still for 1s of real time",
		"leak":  "goroutines outlived the test and were still there",
	} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestScenario$")
		child.Env = append(os.Environ(), scenarioVariable+"="+name)
		out, err := child.CombinedOutput()
		text := string(out)
		if child.ProcessState.ExitCode() != 1 || !strings.Contains(text, want) || !strings.HasSuffix(text, "FAIL\n") || strings.Contains(text, "\x16") {
			t.Errorf("%s: %v, want %q, and FAIL at the end:\n%s", name, err, want, text)
		}
	}
}

// TestPanicElsewhereEndsTheProcess is what Bubble's comment promises of a panic
// that is not in the test's own goroutine.
func TestPanicElsewhereEndsTheProcess(t *testing.T) {
	const variable = "LEAKPROOF_KIT_PANIC"
	if os.Getenv(variable) != "" {
		kit.Bubble(t, func(*testing.T) {
			go func() { panic("no note") }()
			time.Sleep(time.Second)
		})
		return
	}
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), variable+"=1")
	out, err := child.CombinedOutput()
	if child.ProcessState.ExitCode() != 2 || !strings.Contains(string(out), "panic: no note") {
		t.Errorf("%v, want exit status 2 and the panic:\n%s", err, out)
	}
}

// TestBubbleAcceptsWhatEnds holds the other half: no report without a leak.
func TestBubbleAcceptsWhatEnds(t *testing.T) {
	for range 100 {
		kit.Bubble(t, func(t *testing.T) {
			start := time.Now()
			done := make(chan struct{})
			for i := range 5 {
				go func() {
					time.Sleep(time.Duration(i) * time.Minute)
					<-done
				}()
			}
			t.Cleanup(func() { close(done) })
			time.Sleep(4 * time.Minute)
			if passed := time.Since(start); passed != 4*time.Minute {
				t.Errorf("%v of virtual time passed in a sleep of 4m", passed)
			}
		})
	}
}

// TestClock is the child's part of TestClockLeavesLeaksAlone.
func TestClock(t *testing.T) {
	if os.Getenv(scenarioVariable) != "clock" {
		t.Skip("it leaves goroutines behind")
	}
	var after bool
	t.Run("leaks", func(t *testing.T) {
		kit.Clock(t, func(*testing.T) {
			start := time.Now()
			go func() { select {} }()
			go func() {
				for range time.Tick(time.Second) { // never stops
				}
			}()
			time.Sleep(time.Hour)
			after = time.Since(start) == time.Hour
		})
		kit.Settle(t) // they stay, and do not go on
	})
	t.Run("fails", func(t *testing.T) {
		kit.Clock(t, func(t *testing.T) {
			go func() { select {} }()
			t.Errorf("virtual time passed: %t", after)
		})
	})
	t.Run("hangs", func(t *testing.T) { kit.Clock(t, func(*testing.T) { <-make(chan int) }) })
}

// TestClockLeavesLeaksAlone: it fails for all that a Bubble fails for, but leaks.
func TestClockLeavesLeaksAlone(t *testing.T) {
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestClock$", "-test.v=test2json")
	child.Env = append(os.Environ(), scenarioVariable+"=clock")
	out, err := child.CombinedOutput()
	for _, want := range []string{
		"--- PASS: TestClock/leaks", "--- FAIL: TestClock/fails", "virtual time passed: true",
		"--- FAIL: TestClock/hangs", "nothing will wake them",
	} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v, want %q in:\n%s", err, want, out)
		}
	}
	if strings.Contains(string(out), "outlived") {
		t.Errorf("a leak was reported:\n%s", out)
	}
}

func TestGauge(t *testing.T) {
	var calls kit.Gauge
	first, second := calls.Enter(), calls.Enter()
	first()
	if live := calls.Live(); live != 1 {
		t.Errorf("two calls entered and one left: %d live, want 1", live)
	}
	second()
	if live := calls.Live(); live != 0 {
		t.Errorf("both have left: %d live, want 0", live)
	}
}

// TestTimersThatAreDueAtOnce lets many goroutines of a bubble run timers at the
// same moment. On several processors the race detector of Go 1.26 fails a check
// of its own, and ends the process.
func TestTimersThatAreDueAtOnce(t *testing.T) {
	for range 20 {
		kit.Bubble(t, func(t *testing.T) {
			var all sync.WaitGroup
			for range 300 {
				all.Go(func() {
					<-time.NewTimer(0).C
					time.Sleep(time.Second)
					<-time.NewTimer(0).C
				})
			}
			all.Wait()
		})
	}
}
