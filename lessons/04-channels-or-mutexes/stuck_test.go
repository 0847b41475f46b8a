package shared_test

import (
	"sync"
	"testing"

	shared "example.com/leakproof/lessons/04-channels-or-mutexes"
)

// wantStuck waits until a goroutine waits at each of these lines at the same
// time, and wants each in the state that stands behind it.
func wantStuck(t *testing.T, at [][2]string) {
	t.Helper()
	lines := make([]string, len(at))
	for i := range at {
		lines[i] = at[i][0]
	}
	for i, w := range shared.StuckAt(lines...) {
		if w.State != at[i][1] {
			t.Errorf("%s waits in the state %q, want %q", lines[i], w.State, at[i][1])
		}
	}
}

func forever(call func()) {
	for {
		call()
	}
}

// Each holds its first lock and waits for the other one's: neither line can
// ever be left.
func TestTwoOrdersDeadlock(t *testing.T) {
	shelf := shared.NewShelf()
	go forever(func() { shelf.GetNaive("8c1f") })
	go forever(func() { shelf.DeleteNaive("8c1f") })
	wantStuck(t, [][2]string{
		{"Shelf.GetNaive: s.readsMu.Lock()", "sync.Mutex.Lock"},
		{"Shelf.DeleteNaive: s.notesMu.Lock()", "sync.Mutex.Lock"},
	})
}

// The reader inside waits for the writer, and the writer for the reader.
func TestARecursiveRLockDeadlocks(t *testing.T) {
	tags := shared.NewTags()
	tags.Set("8c1f", "go", "draft")
	if !tags.HasBothNaive("8c1f", "go", "draft") {
		t.Error("without a writer it says no, want yes")
	}
	go forever(func() { tags.HasBothNaive("8c1f", "go", "draft") })
	go forever(func() { tags.Set("8c1f", "go", "draft") })
	wantStuck(t, [][2]string{
		{"Tags.Has: t.mu.RLock()", "sync.RWMutex.RLock"},
		{"Tags.Set: t.mu.Lock()", "sync.RWMutex.Lock"},
	})
}

func TestACallUnderTheLockWaitsForItself(t *testing.T) {
	var feed *shared.Feed
	feed = shared.NewFeed(func(string) { feed.Len() })
	go feed.AddNaive("8c1f")
	wantStuck(t, [][2]string{{"Feed.Len: f.mu.Lock()", "sync.Mutex.Lock"}})
}

// The listener waits for the lock, and the lock's holder for the listener.
func TestASendUnderTheLockWaitsForItsReceiver(t *testing.T) {
	out := make(chan string)
	feed := shared.NewFeed(func(note string) { out <- note })
	go forever(func() { <-out; feed.Len() })
	go forever(func() { feed.AddNaive("8c1f") })
	wantStuck(t, [][2]string{
		{"Feed.AddNaive: f.saved(note)", "chan send"},
		{"Feed.Len: f.mu.Lock()", "sync.Mutex.Lock"},
	})
}

func TestAddReportsWithoutTheLock(t *testing.T) {
	lens := 0
	var feed *shared.Feed
	feed = shared.NewFeed(func(string) { lens += feed.Len() })
	feed.Add("8c1f")
	feed.Add("02ab")
	if lens != 1+2 {
		t.Errorf("the two reports saw %d notes, want 1 and 2", lens)
	}
}

// copyOf hides the copy from vet.
func copyOf[T any](v *T) T { return *v }

// A copied lock is another lock; a copied map is the same map.
func TestACopiedLockGuardsNothing(t *testing.T) {
	type views struct {
		mu    sync.Mutex
		count map[string]int
	}
	a := &views{count: map[string]int{}}
	b := copyOf(a)
	a.mu.Lock()
	defer a.mu.Unlock()
	if !b.mu.TryLock() {
		t.Fatal("the lock of the copy is held, want it free")
	}
	b.count["8c1f"]++
	b.mu.Unlock()
	if n := a.count["8c1f"]; n != 1 {
		t.Errorf("the first map has %d reads, want the 1 that was counted in the copy", n)
	}
}
