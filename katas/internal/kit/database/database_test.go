package database_test

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/database"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBase = errors.New("the database is away")

// replies returns a database that has an answer for each statement, and writes
// down what it was asked.
func replies(all map[string]database.Reply) (*database.Fake, *[]database.Call) {
	var calls []database.Call
	return &database.Fake{Answer: func(_ context.Context, c database.Call) database.Reply {
		calls = append(calls, c)
		return all[c.Statement]
	}}, &calls
}

// wantHeld fails t unless so many rows and transactions are open, and so many
// connections out of the pool.
func wantHeld(t *testing.T, d *database.Fake, pool *sql.DB, rows, txs, inUse int) {
	t.Helper()
	r, x := d.Held()
	if n := pool.Stats().InUse; r != rows || x != txs || n != inUse {
		t.Fatalf("%d rows and %d transactions are open, and %d connections in use; want %d, %d and %d", r, x, n, rows, txs, inUse)
	}
}

// TestFakeCountsRows: they are open until Close or their end.
func TestFakeCountsRows(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		d, _ := replies(map[string]database.Reply{"all": {Rows: [][]any{{"a", int64(1)}, {"b", int64(2)}}}})
		pool := d.Open(t, 3)
		var all [2]*sql.Rows
		for i := range all {
			rows, err := pool.Query("all")
			if err != nil {
				t.Fatal(err)
			}
			wantHeld(t, d, pool, i+1, 0, i+1)
			all[i] = rows
		}
		var names []string
		for all[0].Next() {
			var name string
			var n int
			if err := all[0].Scan(&name, &n); err != nil || n != len(names)+1 {
				t.Fatalf("row %d is %q, %d, and its error %v", len(names)+1, name, n, err)
			}
			names = append(names, name)
		}
		if err := all[0].Err(); err != nil || !slices.Equal(names, []string{"a", "b"}) {
			t.Errorf("read %q and the error %v", names, err)
		}
		wantHeld(t, d, pool, 1, 0, 1)
		if err := errors.Join(all[1].Close(), all[1].Close(), all[0].Close()); err != nil {
			t.Error(err)
		}
		wantHeld(t, d, pool, 0, 0, 0)
	})
}

// TestFakeRowsBreakOff: after those that came.
func TestFakeRowsBreakOff(t *testing.T) {
	d, _ := replies(map[string]database.Reply{
		"some": {Rows: [][]any{{"a"}}, Cut: errBase},
		"none": {Cut: errBase},
	})
	pool := d.Open(t, 1)
	for statement, want := range map[string]int{"some": 1, "none": 0} {
		rows, err := pool.Query(statement)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for rows.Next() {
			n++
		}
		if err := rows.Err(); n != want || !errors.Is(err, errBase) {
			t.Errorf("%s: %d rows and the error %v", statement, n, err)
		}
		wantHeld(t, d, pool, 0, 0, 0)
	}
}

// TestFakeRowsMayNotFit: a value that can't be scanned is an error, in the last
// row as well.
func TestFakeRowsMayNotFit(t *testing.T) {
	d, _ := replies(map[string]database.Reply{"all": {Rows: [][]any{{"a", "one"}, {"b", "two"}}}})
	rows, err := d.Open(t, 1).Query("all")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		var n int
		if err := rows.Scan(&name, &n); err == nil {
			t.Errorf("read %q and %d, and no error", name, n)
		}
	}
}

// TestFakeTransactions: they hold one connection until their end, even if
// that fails, and their statements are known by it.
func TestFakeTransactions(t *testing.T) {
	for how, end := range map[string]func(*sql.Tx) error{database.Commit: (*sql.Tx).Commit, database.Rollback: (*sql.Tx).Rollback} {
		for _, want := range []error{nil, errBase} {
			d, calls := replies(map[string]database.Reply{"change": {Affected: 3}, how: {Err: want}})
			pool := d.Open(t, 1)
			tx, err := pool.BeginTx(t.Context(), &sql.TxOptions{Isolation: sql.LevelSerializable})
			if err != nil {
				t.Fatal(err)
			}
			res, err := tx.Exec("change", "x", 7)
			if err != nil {
				t.Fatal(err)
			}
			if n, err := res.RowsAffected(); n != 3 || err != nil {
				t.Errorf("%d rows affected, and the error %v", n, err)
			}
			wantHeld(t, d, pool, 0, 1, 1)
			if err := end(tx); !errors.Is(err, want) {
				t.Errorf("%s returned %v; want %v", how, err, want)
			}
			wantHeld(t, d, pool, 0, 0, 0)
			if _, err := pool.Exec("alone"); err != nil {
				t.Error(err)
			}
			var got []string
			for _, c := range *calls {
				if c.InTx {
					c.Statement += " in tx"
				}
				got = append(got, c.Statement)
			}
			if want := []string{"begin", "change in tx", how + " in tx", "alone"}; !slices.Equal(got, want) || !slices.Equal((*calls)[1].Args, []any{"x", int64(7)}) {
				t.Errorf("the database was asked %q, with %v; want %q", got, (*calls)[1].Args, want)
			}
		}
	}
}

// TestFakeCallsFail: nothing is open afterwards.
func TestFakeCallsFail(t *testing.T) {
	d, _ := replies(map[string]database.Reply{"bad": {Err: errBase, Affected: 1, Rows: [][]any{{"a"}}}, database.Begin: {Err: errBase}})
	pool := d.Open(t, 1)
	_, queried := pool.Query("bad")
	_, executed := pool.Exec("bad")
	_, begun := pool.Begin()
	for _, err := range []error{queried, executed, begun} {
		if !errors.Is(err, errBase) {
			t.Errorf("returned %v; want %v", err, errBase)
		}
	}
	wantHeld(t, d, pool, 0, 0, 0)
}

// TestFakePrepares: a prepared statement is answered when it is sent.
func TestFakePrepares(t *testing.T) {
	d, calls := replies(map[string]database.Reply{"one": {Rows: [][]any{{"a"}}}})
	stmt, err := d.Open(t, 1).Prepare("one")
	if err != nil || len(*calls) > 0 {
		t.Fatalf("prepared with the error %v and %d calls; want none", err, len(*calls))
	}
	defer func() { _ = stmt.Close() }()
	var text string
	if err := stmt.QueryRow(5).Scan(&text); err != nil || text != "a" {
		t.Errorf("read %q and the error %v", text, err)
	}
	if _, err := stmt.Exec(); err != nil || len(*calls) != 2 {
		t.Errorf("executed with the error %v; %d calls in all", err, len(*calls))
	}
}

// TestFakeWaits: a statement that waits for its context ends with it, and the
// pool with its transaction comes to rest in a bubble.
func TestFakeWaits(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		d := &database.Fake{Answer: func(ctx context.Context, c database.Call) database.Reply {
			if c.Statement != "slow" {
				return database.Reply{}
			}
			<-ctx.Done()
			return database.Reply{Err: ctx.Err()}
		}}
		pool := d.Open(t, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		tx, err := pool.BeginTx(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(ctx, "slow"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("returned %v; want that its context has ended", err)
		}
		synctest.Wait() // database/sql rolls back what belongs to a context that has ended
		wantHeld(t, d, pool, 0, 0, 0)
		if _, err := pool.ExecContext(ctx, "quick"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("returned %v; want that its context has ended", err)
		}
	})
}
