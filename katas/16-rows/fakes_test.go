package rows_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	rows "example.com/leakproof/katas/16-rows"
	"example.com/leakproof/katas/internal/kit/database"
)

var (
	errDown = errors.New("the disk is full")
	errCut  = errors.New("the connection was reset")
	monday  = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
)

// What the database says to a statement: to its first word and its arguments. The
// lists are those of a notebook or of a title. Some break off, or have a row that
// is not a note.
var replies = map[string]database.Reply{
	"begin[]": {}, "commit[]": {}, "rollback[]": {},
	"select[work]":        {Rows: [][]any{{"n-1", "Call Ines", monday}, {"n-2", "Pay rent", monday}}},
	"select[home]":        {Rows: [][]any{{"n-3", "Milk", monday}, {"n-4", "Water the plants", monday}, {"n-5", "Tea", monday}}},
	"select[nothing]":     {},
	"select[single]":      {Rows: [][]any{{"n-6", "Bread", monday}}},
	"select[cut at once]": {Cut: errCut},
	"select[cut short]":   {Rows: [][]any{{"n-6", "Bread", monday}}, Cut: errCut},
	"select[unreadable]":  {Rows: [][]any{{"n-7", "Tax", "some day"}, {"n-8", "Salt", monday}}},
	"select[refused]":     {Err: errDown},

	"update" + fmt.Sprint([]any{monday, "n-1"}):  {Affected: 1},
	"update" + fmt.Sprint([]any{monday, "none"}): {Affected: 0},
	"insert" + fmt.Sprint([]any{"n-1", monday}):  {Affected: 1},
	"insert" + fmt.Sprint([]any{"none", monday}): {Affected: 1},
}

// A base is a database with its pool and the store under test.
type base struct {
	database.Fake
	pool  *sql.DB
	store *rows.Store
	ctx   context.Context // of a job: it goes on until the test has ended

	fails string        // the statement that fails, by its first word
	holds string        // the one that waits for free
	takes time.Duration // how long each of them takes
	free  chan struct{}

	mu         sync.Mutex
	live, most int      // statements that take time, and how many did at once
	sent       []string // all but the selects, in order
	odd        []string // what the database does not know
}

// open returns a base whose pool has at most limit connections; 0: any number.
func open(t *testing.T, limit int) *base {
	x := &base{free: make(chan struct{})}
	x.Answer = x.answer
	x.pool = x.Open(t, limit)
	x.store = rows.NewStore(x.pool)
	ctx, end := context.WithCancel(context.Background())
	x.ctx = ctx
	t.Cleanup(func() {
		end()
		x.mu.Lock()
		defer x.mu.Unlock()
		if len(x.odd) > 0 {
			t.Errorf("the database got %s, and doesn't know what that is:\nthe SQL stays as it is (Rules)", x.odd[0])
		}
	})
	return x
}

// log returns what was sent but for the selects, once nothing happens any more.
func (x *base) log() string {
	synctest.Wait()
	x.mu.Lock()
	defer x.mu.Unlock()
	return strings.Join(x.sent, ", ")
}

// inUse returns how many connections are out of the pool, once nothing happens any
// more: what a context ends, database/sql closes in a goroutine.
func (x *base) inUse() int {
	synctest.Wait()
	return x.pool.Stats().InUse
}

// answer is what the database does.
func (x *base) answer(ctx context.Context, c database.Call) database.Reply {
	word, _, _ := strings.Cut(c.Statement, " ")
	if word == x.holds {
		wait(ctx, x.free)
	}
	if x.takes > 0 {
		x.count(1)
		wait(ctx, time.After(x.takes))
		x.count(-1)
	}
	if ctx.Err() != nil {
		return database.Reply{Err: ctx.Err()}
	}
	reply, known := replies[word+fmt.Sprint(c.Args)]
	if known && word == "select" {
		return reply // without the lock, which would order the goroutines of a race
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if !known {
		x.odd = append(x.odd, fmt.Sprintf("%q with %v", c.Statement, c.Args))
	}
	if c.InTx || word == database.Begin {
		x.sent = append(x.sent, word)
	} else {
		x.sent = append(x.sent, word+" outside")
	}
	if word == x.fails {
		return database.Reply{Err: errDown}
	}
	return reply
}

// count notes that d more statements take their time, and returns how many did so
// at once, at most.
func (x *base) count(d int) (most int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.live += d
	x.most = max(x.most, x.live)
	return x.most
}

func wait[T any](ctx context.Context, c <-chan T) {
	select {
	case <-c:
	case <-ctx.Done():
	}
}

// A call is one of a method of the store.
type call func(x *base, ctx context.Context) error

func digest(size int, notebooks ...string) call {
	return func(x *base, ctx context.Context) error {
		_, err := x.store.Digest(ctx, notebooks, size)
		return err
	}
}

func find(title string) call {
	return func(x *base, ctx context.Context) error {
		_, err := x.store.Find(ctx, title)
		return err
	}
}

func snooze(id string) call {
	return func(x *base, ctx context.Context) error { return x.store.Snooze(ctx, id, monday) }
}
