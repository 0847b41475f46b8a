package rows_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	rows "example.com/leakproof/katas/16-rows"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/database"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// wantReturned makes each call more often than there are connections, and fails t
// unless all of them are back after each.
func wantReturned(t *testing.T, method, fails string, calls map[string]call) {
	for name, call := range kit.Sorted(calls) {
		kit.Bubble(t, func(t *testing.T) {
			const limit = 2
			x := open(t, limit)
			x.fails = fails
			for range limit + 1 {
				_ = call(x, x.ctx)
				if x.inUse() > 0 {
					t.Fatalf("%s: %s has returned, and its connection isn't back in the pool:\n"+
						"%s (Restore 1)", name, method, holder(x.Held()))
				}
			}
		})
	}
}

func holder(open, txs int) string {
	switch {
	case txs > 0:
		return "it left a transaction open, and the context goes on"
	case open > 0:
		return "it left rows open, and the context goes on"
	}
	return "no rows are open and no transaction, so something else keeps it"
}

// Restore 1: whatever Digest meets, its connection comes back.
func TestDigestReturnsItsConnection(t *testing.T) {
	wantReturned(t, "Digest", "", map[string]call{
		"all titles had room":        digest(100, "work", "home"),
		"a title had no room":        digest(10, "home", "work"),
		"one row couldn't be read":   digest(100, "work", "unreadable"),
		"the list of rows broke off": digest(100, "work", "cut short"),
	})
}

// Restore 1: so does that of Find.
func TestFindReturnsItsConnection(t *testing.T) {
	wantReturned(t, "Find", "", map[string]call{
		"one note has the title":     find("single"),
		"three notes have it":        find("home"),
		"no note has the title":      find("nothing"),
		"the row couldn't be read":   find("unreadable"),
		"the list of rows broke off": find("cut at once"),
	})
}

// Restore 1: and that of Snooze.
func TestSnoozeReturnsItsConnection(t *testing.T) {
	wantReturned(t, "Snooze", "", map[string]call{
		"there's no such note": snooze("none"),
		"the note is put off":  snooze("n-1"),
	})
	for _, word := range []string{"update", "insert", database.Commit} {
		wantReturned(t, "Snooze", word, map[string]call{"the database failed at the " + word: snooze("n-1")})
	}
}

// Restore 2: a list that breaks off isn't a shorter list.
func TestABrokenListIsAnError(t *testing.T) {
	for _, list := range []string{"cut short", "cut at once", "unreadable"} {
		for _, notebooks := range [][]string{{list}, {list, "work"}, {"work", list}} {
			kit.Bubble(t, func(t *testing.T) {
				x := open(t, 0)
				notes, err := x.store.Digest(x.ctx, notebooks, 100)
				if err == nil || list != "unreadable" && !errors.Is(err, errCut) {
					t.Fatalf("%s: Digest returned %v and the error %v;\n"+
						"want the error of what failed (Restore 2)", happened[list], ids(notes), err)
				}
			})
		}
	}
}

var happened = map[string]string{
	"cut at once": "the connection broke before the first row",
	"cut short":   "the connection broke after the first row",
	"refused":     "the database failed at once",
	"unreadable":  "a row couldn't be read",
}

func ids(notes []rows.Note) (all []string) {
	for _, n := range notes {
		all = append(all, n.ID)
	}
	return all
}

// Restore 2: so is a query that fails at once, and it leaves nothing to close. The
// same goes for a transaction that doesn't begin.
func TestWhatDidNotBeginIsAnError(t *testing.T) {
	for name, call := range kit.Sorted(map[string]call{"Digest": digest(100, "work", "refused"), "Snooze": snooze("n-1")}) {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 0)
			x.fails = database.Begin
			if err := call(x, x.ctx); (!errors.Is(err, errDown) || x.inUse() > 0) && !strings.Contains(x.log(), "outside") {
				t.Fatalf("the database failed at once: %s returned the error %v, with %d connections in use;\n"+
					"want the database's error, and none of them (Restore 2)", name, err, x.inUse())
			}
		})
	}
}

// Restore 2: and a note that couldn't be looked for isn't one that is missing.
func TestAFailureIsNotAMissingNote(t *testing.T) {
	for title, want := range kit.Sorted(map[string]error{"cut at once": errCut, "refused": errDown, "unreadable": nil}) {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 0)
			n, err := x.store.Find(x.ctx, title)
			if err == nil || errors.Is(err, rows.ErrNotFound) || want != nil && !errors.Is(err, want) {
				t.Fatalf("%s: Find returned the note %q and the error %v;\n"+
					"want the error of what failed, and not ErrNotFound (Restore 2)", happened[title], n.ID, err)
			}
		})
	}
}

// Keep 3: one connection is enough for a digest, however much it has to read, and
// it takes no second one where the pool has more.
func TestADigestNeedsOneConnection(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		call := methods["Digest"]
		x := open(t, 0)
		x.takes = time.Second
		err := call(x, x.ctx)
		if most := x.count(0); most > 1 {
			t.Fatalf("each query takes a second, and the pool has connections enough: a digest of four notebooks\n"+
				"sent %d queries at the same time. It takes one connection at a time (Keep 3)", most)
		}
		if err != nil || x.inUse() > 0 {
			return // other tests say why
		}
		x = open(t, 1)
		ctx, cancel := context.WithTimeout(x.ctx, time.Minute)
		defer cancel()
		if err := call(x, ctx); err != nil {
			t.Fatalf("a pool of one connection, which nobody else uses: Digest waited %v for another one,\n"+
				"and then its context ended. One is enough for a digest of four notebooks (Keep 3)", x.pool.Stats().WaitDuration)
		}
	})
}

// The methods, each with much to do.
var methods = map[string]call{"Digest": digest(20, "work", "home", "work", "home"), "Find": find("home"), "Snooze": snooze("n-1")}

// Keep 4: what is in a digest.
func TestDigest(t *testing.T) {
	for _, c := range []struct {
		size      int
		notebooks string
		want      string
	}{
		{100, "work nothing home", "n-1 n-2 n-3 n-4 n-5"},
		{100, "home work", "n-3 n-4 n-5 n-1 n-2"},
		{100, "nothing", ""},
		{17, "work home", "n-1 n-2 n-3"}, // to the last byte of work; n-5 would have room, n-4 has none
		{8, "work home", "n-3"},          // and so would n-2
		{20, "home work", "n-3 n-4 n-1 n-2"},
	} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 0)
			notes, err := x.store.Digest(x.ctx, strings.Fields(c.notebooks), c.size)
			for _, n := range notes {
				if n.Title == "" || !n.Due.Equal(monday) {
					t.Fatalf("Digest returned %+v; want each note as the database has it (Keep 4)", n)
				}
			}
			if got := ids(notes); err != nil || strings.Join(got, " ") != c.want {
				t.Fatalf("Digest of the notebooks %s, with %d bytes for each, returned %v and the error %v; want [%s]:\n"+
					"of each notebook the notes up to the first whose title has no room (Keep 4)", c.notebooks, c.size, got, err, c.want)
			}
		})
	}
}

// Keep 4: what Find finds.
func TestFind(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 0)
		n, err := x.store.Find(x.ctx, "home")
		if want := (rows.Note{ID: "n-3", Title: "Milk", Due: monday}); err != nil || n != want {
			t.Fatalf("three notes have the title: Find returned %+v and the error %v;\nwant the first, %+v (Keep 4)", n, err, want)
		}
		if _, err := x.store.Find(x.ctx, "nothing"); !errors.Is(err, rows.ErrNotFound) {
			t.Fatalf("no note has the title, and Find returned the error %v:\nerrors.Is doesn't find ErrNotFound (Keep 4)", err)
		}
	})
}

// Keep 5: both changes in one transaction.
func TestSnoozeIsOneTransaction(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 0)
		_ = snooze("n-1")(x, x.ctx)
		if sent := x.log(); sent != "begin, update, insert, commit" && sent != "begin, insert, update, commit" {
			t.Fatalf("a note was put off, and the database got: %s.\nIt's both changes, in one transaction (Keep 5)", sent)
		}
	})
}

// Keep 5: once they're committed, it's a success.
func TestACommittedSnoozeIsASuccess(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 0)
		if err := snooze("n-1")(x, x.ctx); err != nil {
			t.Fatalf("Snooze put off a note, and returned the error %v.\nThe database got: %s (Keep 5)", err, x.log())
		}
	})
}

// Keep 5: or none of them.
func TestAHalfSnoozeIsNotCommitted(t *testing.T) {
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 0)
		x.fails = "insert"
		_ = snooze("n-1")(x, x.ctx)
		if sent := x.log(); strings.Contains(sent, database.Commit) {
			t.Fatalf("the database failed at the insert, and got: %s.\nSnooze makes both changes or none (Keep 5)", sent)
		}
	})
}

// Keep 5: and then it says so.
func TestAFailedSnoozeIsAnError(t *testing.T) {
	for _, word := range []string{"update", "insert", database.Commit} {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 0)
			x.fails = word
			if err := snooze("n-1")(x, x.ctx); strings.Contains(x.log(), word) && !errors.Is(err, errDown) {
				t.Fatalf("the database failed at the %s, and Snooze returned the error %v;\n"+
					"errors.Is doesn't find the database's error in it (Keep 5)", word, err)
			}
		})
	}
	kit.Bubble(t, func(t *testing.T) {
		x := open(t, 0)
		if err := snooze("none")(x, x.ctx); !errors.Is(err, rows.ErrNotFound) {
			t.Fatalf("there's no such note, and Snooze returned the error %v;\nerrors.Is doesn't find ErrNotFound (Keep 5)", err)
		}
	})
}

// Keep 6: as long as the context goes on, a slow database is waited for.
func TestASlowDatabaseIsWaitedFor(t *testing.T) {
	for name, call := range kit.Sorted(methods) {
		kit.Bubble(t, func(t *testing.T) {
			x := open(t, 0)
			if call(x, x.ctx) != nil {
				return // other tests say why
			}
			x.takes = time.Hour
			start := time.Now()
			if err := call(x, x.ctx); err != nil {
				t.Fatalf("each statement takes an hour, and the context goes on: after %v, %s returned the error\n%v;\n"+
					"it takes as long as the database needs (Keep 6)", time.Since(start), name, err)
			}
		})
	}
}

// Keep 6: when the context ends, so does the call, whatever it waits for. A pool
// holds locks meanwhile, so this needs real goroutines.
func TestACallEndsWithItsContext(t *testing.T) {
	const connection = "a connection"
	for name, waits := range kit.Sorted(map[string][]string{
		"Digest": {connection, "select"}, "Find": {connection, "select"}, "Snooze": {connection, database.Begin, "update", "insert"},
	}) {
		for _, what := range waits {
			t.Run(name+" waits for "+what, func(t *testing.T) {
				x := open(t, 1)
				x.holds = what
				if what == connection {
					taken, err := x.pool.Conn(x.ctx)
					if err != nil {
						t.Fatal(err)
					}
					defer taken.Close()
				}
				defer close(x.free)
				ctx, leave := context.WithCancel(x.ctx)
				defer leave()
				returned := make(chan any, 1)
				go func() {
					defer func() { returned <- recover() }()
					_ = methods[name](x, ctx)
				}()
				kit.Settle(t)
				leave()
				kit.Settle(t)
				if len(returned) == 0 {
					t.Errorf("%s was waiting for %s when its context ended, and it's still waiting:\nit returns at once (Keep 6)", name, what)
				}
			})
		}
	}
}

// Rules: a pool of another size would only hide what keeps its connections.
func TestThePoolKeepsItsSize(t *testing.T) {
	if most := open(t, 3).pool.Stats().MaxOpenConnections; most != 3 {
		t.Errorf("the pool was made for at most 3 connections, and now it's for %d (Rules)", most)
	}
}
