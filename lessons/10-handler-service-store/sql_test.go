package layers

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// firstTitle is Titles for somebody who needs one: it returns from the loop,
// and closes nothing.
func firstTitle(ctx context.Context, db *sql.DB) (title string, err error) {
	rows, err := db.QueryContext(ctx, selectTitles, "shared")
	if err != nil {
		return "", err
	}
	for rows.Next() {
		return title, rows.Scan(&title)
	}
	return "", rows.Err()
}

// Two open Rows are two connections that don't come back. The third query
// waits until its context ends, and the pool counts the wait.
func TestOpenRowsKeepTheirConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := open(t, &tinyDB{rows: []driver.Value{"milk", "bread"}})
		jobs, end := context.WithCancel(t.Context())
		for range 2 {
			if _, err := firstTitle(jobs, pool); err != nil {
				t.Fatal(err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		if _, err := firstTitle(ctx, pool); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want %v", err, context.DeadlineExceeded)
		}
		s := pool.Stats()
		if s.MaxOpenConnections != 2 || s.InUse != 2 || s.Idle != 0 || s.WaitCount != 1 || s.WaitDuration != 2*time.Second {
			t.Errorf("%+v, want both in use and one wait of 2s", s)
		}
		end() // database/sql closes the rows of a context that ends
		synctest.Wait()
		if n := pool.Stats().InUse; n != 0 {
			t.Errorf("%d in use after the end of the context, want 0", n)
		}
	})
}

// The second row has no title, so Titles returns from inside its loop.
func TestTitlesGivesItsConnectionBack(t *testing.T) {
	pool := open(t, &tinyDB{rows: []driver.Value{"milk", nil, "bread"}})
	titles, err := (&SQLStore{pool}).Titles(t.Context(), "shared")
	if err == nil || pool.Stats().InUse != 0 {
		t.Errorf("%q, %v with %d in use, want an error and none", titles, err, pool.Stats().InUse)
	}
}

// The connection breaks after two rows of more. Next says false, as it does
// at the end, and only Err knows the difference.
func TestErrTellsAListThatWasCutShort(t *testing.T) {
	pool := open(t, &tinyDB{rows: []driver.Value{"milk", "bread"}, cut: ErrReset})
	rows, err := pool.QueryContext(t.Context(), selectTitles, "shared")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Close(); n != 2 || err != nil {
		t.Errorf("%d rows and %v from Close, want 2 and nil", n, err)
	}
	if err := rows.Err(); !errors.Is(err, ErrReset) {
		t.Errorf("%v from Err, want %v", err, ErrReset)
	}
	if _, err := (&SQLStore{pool}).Titles(t.Context(), "shared"); !errors.Is(err, ErrReset) {
		t.Errorf("%v from Titles, want %v", err, ErrReset)
	}
}

// An update fails: without a Rollback the transaction keeps its connection.
func TestRollbackGivesTheConnectionBack(t *testing.T) {
	db := &tinyDB{refuses: errDown}
	pool := open(t, db)
	if err := (&SQLStore{pool}).Move(t.Context(), "7", "shared"); !errors.Is(err, errDown) {
		t.Errorf("%v, want %v", err, errDown)
	}
	if n := pool.Stats().InUse; db.backs != 1 || db.commits != 0 || n != 0 {
		t.Errorf("%d rollbacks, %d commits, %d in use, want one rollback alone", db.backs, db.commits, n)
	}
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.ExecContext(t.Context(), moveNote, "shared", "7"); !errors.Is(err, errDown) || pool.Stats().InUse != 1 {
		t.Errorf("%v with %d in use, want the failed transaction to keep its connection", err, pool.Stats().InUse)
	}
	if err := tx.Rollback(); err != nil || pool.Stats().InUse != 0 {
		t.Errorf("%v with %d in use, want none", err, pool.Stats().InUse)
	}
}

// After Commit, Rollback does nothing and says so.
func TestRollbackAfterCommitDoesNothing(t *testing.T) {
	db := &tinyDB{}
	pool := open(t, db)
	if err := (&SQLStore{pool}).Move(t.Context(), "7", "shared"); err != nil || db.commits != 1 || db.backs != 0 {
		t.Errorf("%v with %d commits and %d rollbacks, want one commit", err, db.commits, db.backs)
	}
	tx, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(tx.Commit(), tx.Rollback()); !errors.Is(err, sql.ErrTxDone) || db.backs != 0 {
		t.Errorf("%v with %d rollbacks, want %v and none", err, db.backs, sql.ErrTxDone)
	}
}

// Two requests each read rows and ask once more inside the loop. Both hold a
// connection and wait for a third: no query runs until they are cancelled.
func TestAQueryInsideALoopOverRowsStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := open(t, &tinyDB{rows: []driver.Value{"milk", "bread"}})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		done := make(chan struct{})
		for range 2 {
			go func() {
				defer func() { done <- struct{}{} }()
				rows, err := pool.QueryContext(ctx, selectTitles, "shared")
				if err != nil {
					t.Error(err)
					return
				}
				defer rows.Close()
				time.Sleep(time.Millisecond) // until both have theirs
				if tags, err := pool.QueryContext(ctx, selectTags, "milk"); err == nil {
					_ = tags.Close()
				}
			}()
		}
		time.Sleep(time.Hour)
		if s := pool.Stats(); s.InUse != 2 || s.Idle != 0 || s.WaitCount != 2 {
			t.Errorf("%+v after an hour, want two in use and two waiting", s)
		}
		cancel()
		<-done
		<-done
	})
}

// Without a limit the pool opens a connection for each caller, and it keeps
// two that are idle.
func TestTheDefaultsOfAPool(t *testing.T) {
	pool := sql.OpenDB(&tinyDB{rows: []driver.Value{"milk"}})
	defer pool.Close()
	var open []*sql.Rows
	for range 50 {
		rows, err := pool.QueryContext(t.Context(), selectTitles, "shared")
		if err != nil {
			t.Fatal(err)
		}
		open = append(open, rows)
	}
	if s := pool.Stats(); s.MaxOpenConnections != 0 || s.InUse != 50 || s.WaitCount != 0 {
		t.Errorf("%+v, want 50 in use and no limit", s)
	}
	for _, rows := range open {
		_ = rows.Close()
	}
	if s := pool.Stats(); s.Idle != 2 || s.MaxIdleClosed != 48 {
		t.Errorf("%+v, want two idle and 48 closed", s)
	}
}
