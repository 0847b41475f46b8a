package shared_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

const crashChild = "LEAKPROOF_NAIVE_VIEWS"

// TestMain also plays the service of TestNaiveViewsEndTheProcess. The owner
// of OwnedViews has no end on purpose, and the naive methods deadlock on
// purpose, so they are still there afterwards.
func TestMain(m *testing.M) {
	if os.Getenv(crashChild) != "" {
		shareNaiveViews()
	}
	const pkg = "example.com/leakproof/lessons/04-channels-or-mutexes."
	var stuck []goleak.Option
	for _, method := range []string{
		"(*OwnedViews).own", "(*OwnedViews).Add", "(*Shelf).GetNaive", "(*Shelf).DeleteNaive",
		"(*Tags).HasBothNaive", "(*Tags).Set", "(*Feed).AddNaive", "(*Feed).Len",
	} {
		stuck = append(stuck, goleak.IgnoreAnyFunction(pkg+method))
	}
	goleak.VerifyTestMain(m, stuck...)
}

// shareNaiveViews counts in eight goroutines, each of which recovers from
// panics as net/http does, until the process ends.
func shareNaiveViews() {
	views := shared.NewNaiveViews()
	for range 8 {
		go func() {
			defer func() { fmt.Println("recovered:", recover()) }()
			for {
				views.Add("8c1f")
			}
		}()
	}
	select {}
}

// inBubble runs f in a bubble. A bubble that ends with goroutines blocked
// for ever panics; that must happen exactly when f says that some are.
func inBubble(t *testing.T, f func(*testing.T) (stuck bool)) {
	t.Helper()
	stuck := false
	defer func() {
		p := recover()
		deadlock := strings.Contains(fmt.Sprint(p), "blocked goroutines remain")
		if p != nil && !deadlock {
			panic(p)
		}
		if deadlock != stuck {
			t.Errorf("goroutines stuck: %v, and the bubble ended with: %v", stuck, p)
		}
	}()
	synctest.Test(t, func(t *testing.T) { stuck = f(t) })
}
