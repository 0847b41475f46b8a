package budget_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	budget "example.com/leakproof/lessons/11-a-concurrency-budget"
)

const each = 100 * time.Millisecond

// restyleNaive draws everything in a notebook at the same time.
func restyleNaive(ctx context.Context, notes []budget.Note, render budget.Render) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, note := range notes {
		for _, a := range note.Attachments {
			g.Go(func() error { return render(ctx, a) })
		}
	}
	return g.Wait()
}

// restyleNested holds a slot for a note while it draws the note's attachments,
// which take slots of the same budget.
func restyleNested(ctx context.Context, s *budget.Service, notes []budget.Note) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, note := range notes {
		g.Go(func() error {
			if err := s.Budget.Acquire(ctx); err != nil {
				return err
			}
			defer s.Budget.Release()
			for _, a := range note.Attachments {
				if err := s.Restyle(ctx, []budget.Note{{Attachments: []string{a}}}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// Forty notes with 25 attachments are 1,000 calls at one moment. In
// staging, six notes with two attachments were 12.
func TestOneRequestStartsAThousandCalls(t *testing.T) {
	for _, c := range []struct{ notes, attachments, want int }{{6, 2, 12}, {40, 25, 1000}} {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(8, each)
			done := make(chan error, 1)
			go func() { done <- restyleNaive(t.Context(), notebook(c.notes, c.attachments), r.Draw) }()
			synctest.Wait()
			if got := r.Inside(); got != c.want {
				t.Errorf("%d calls open at the first moment, want %d", got, c.want)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
}

// One restyle begins at 0, somebody else asks for one preview at
// 950 ms, in the middle of a round.
func TestABudgetCostsLittleAndSparesTheOthers(t *testing.T) {
	for name, want := range map[string]struct{ all, other time.Duration }{
		"naive":         {12500 * time.Millisecond, 11650 * time.Millisecond},
		"a budget of 8": {12600 * time.Millisecond, 150 * time.Millisecond},
		"a budget of 6": {16700 * time.Millisecond, 100 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := budget.NewRenderer(8, each)
				restyle := func() error { return restyleNaive(t.Context(), notebook(40, 25), r.Draw) }
				switch name {
				case "a budget of 6":
					s := &budget.Service{Budget: budget.NewBudget(6, 16), Render: r.Draw}
					restyle = func() error { return s.Restyle(t.Context(), notebook(40, 25)) }
				case "a budget of 8":
					s := &budget.Service{Budget: budget.NewBudget(8, 16), Render: r.Draw}
					restyle = func() error { return s.Restyle(t.Context(), notebook(40, 25)) }
				}
				other := make(chan time.Duration, 1)
				go func() {
					time.Sleep(950 * time.Millisecond)
					other <- took(func() {
						if err := r.Draw(t.Context(), "preview"); err != nil {
							t.Error(err)
						}
					})
				}()
				all := took(func() {
					if err := restyle(); err != nil {
						t.Error(err)
					}
				})
				if got := <-other; all != want.all || got != want.other {
					t.Errorf("the restyle took %v and the preview %v, want %v and %v", all, got, want.all, want.other)
				}
			})
		})
	}
}

// Ten requests share six slots, and each has at most 16 goroutines.
func TestAllRequestsShareTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := budget.NewRenderer(100, each)
		s := &budget.Service{Budget: budget.NewBudget(6, 154), Render: r.Draw}
		done := make(chan error)
		for range 10 {
			go func() { done <- s.Restyle(t.Context(), notebook(4, 25)) }()
		}
		synctest.Wait()
		if got, want := s.Budget.Stats(), (budget.Stats{Limit: 6, InUse: 6, Waiting: 154}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		for range 10 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		if r.Peak() != 6 || r.Calls() != 1000 {
			t.Errorf("%d of %d calls at one time, want 6 of 1000", r.Peak(), r.Calls())
		}
		if got, want := s.Budget.Stats(), (budget.Stats{Limit: 6}); got != want {
			t.Errorf("afterwards %+v, want %+v", got, want)
		}
	})
}

// The first error, or a caller that leaves, ends the waits for a slot, and
// every slot is back. The failed call gives its slot back before the group
// hears of the error: one more call may slip in, and ends at once.
func TestRestyleStopsEarlyAndGivesEverySlotBack(t *testing.T) {
	for name, want := range map[string]error{"an error": errRender, "the caller leaves": context.Canceled} {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(8, time.Hour)
			s := &budget.Service{Budget: budget.NewBudget(6, 16), Render: r.Draw}
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			calls := 6
			if name == "an error" {
				s.Render, calls = failing(r, 1), 5
			} else {
				time.AfterFunc(10*time.Millisecond, leave)
			}
			d := took(func() {
				if err := s.Restyle(ctx, notebook(40, 25)); !errors.Is(err, want) {
					t.Errorf("%s: %v, want %v", name, err, want)
				}
			})
			if d != 10*time.Millisecond || r.Inside() != 0 || r.Calls() < calls || r.Calls() > 6 {
				t.Errorf("%s: back after %v with %d of %d calls open, want 10ms, none, and %d to 6",
					name, d, r.Inside(), r.Calls(), calls)
			}
			if got, want := s.Budget.Stats(), (budget.Stats{Limit: 6}); got != want {
				t.Errorf("%s: %+v, want %+v", name, got, want)
			}
		})
	}
}

// Six notes hold six slots, and their attachments wait for a seventh.
// Whatever the order at the start, nothing moves after the first second.
func TestNestedSlotsStandStill(t *testing.T) {
	for notes, stuck := range map[int]bool{5: false, 6: true} {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(8, each)
			s := &budget.Service{Budget: budget.NewBudget(6, 16), Render: r.Draw}
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			done := make(chan error, 1)
			go func() { done <- restyleNested(ctx, s, notebook(notes, 2)) }()
			time.Sleep(24 * time.Hour)
			synctest.Wait()
			want := budget.Stats{Limit: 6}
			if stuck {
				want = budget.Stats{Limit: 6, InUse: 6, Waiting: 6}
			}
			if got := s.Budget.Stats(); got != want || r.Inside() != 0 {
				t.Errorf("%d notes: %+v with %d calls open after a day, want %+v with none", notes, got, r.Inside(), want)
			}
			leave()
			if err := <-done; (err != nil) != stuck {
				t.Errorf("%d notes: %v, want an error: %v", notes, err, stuck)
			}
		})
	}
}

// A context that has ended gets no slot, not even a free one.
func TestAcquireRefusesAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	b := budget.NewBudget(1, 1)
	for range 64 {
		if err := b.Acquire(ctx); !errors.Is(err, context.Canceled) {
			t.Fatalf("%v, want %v", err, context.Canceled)
		}
	}
}

// Two slots and a queue of three: the sixth caller is refused at once, and a
// caller that leaves makes room.
func TestAFullQueueRefusesAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := budget.NewBudget(2, 3)
		ctx, leave := context.WithCancel(t.Context())
		got := make(chan error, 5)
		for range 5 {
			go func() { got <- b.Acquire(ctx) }()
		}
		synctest.Wait()
		if d := took(func() {
			if err := b.Acquire(t.Context()); !errors.Is(err, budget.ErrFull) {
				t.Errorf("the sixth: %v, want %v", err, budget.ErrFull)
			}
		}); d != 0 {
			t.Errorf("refused after %v, want at once", d)
		}
		if got, want := b.Stats(), (budget.Stats{Limit: 2, InUse: 2, Waiting: 3, Refused: 1}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
		leave()
		synctest.Wait()
		if got, want := b.Stats(), (budget.Stats{Limit: 2, InUse: 2, Refused: 1}); got != want {
			t.Errorf("after the three have left: %+v, want %+v", got, want)
		}
		b.Release()
		if err := b.Acquire(t.Context()); err != nil {
			t.Errorf("%v, although a slot is back", err)
		}
	})
}

// A hundred requests a second for a service that draws eighty. After a minute
// 1,200 wait, and the next one takes 15 s.
func TestAQueueGrowsWithoutAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := budget.NewRenderer(8, each)
		ctx, end := context.WithCancel(t.Context())
		for range 6000 {
			go func() {
				if err := r.Draw(ctx, "preview"); err != nil && ctx.Err() == nil {
					t.Error(err)
				}
			}()
			time.Sleep(10 * time.Millisecond)
		}
		synctest.Wait()
		if n := r.Inside() - 8; n < 1190 || n > 1210 {
			t.Errorf("%d waiting after a minute, want about 1,200", n)
		}
		d := took(func() {
			if err := r.Draw(ctx, "preview"); err != nil {
				t.Error(err)
			}
		})
		if d.Round(time.Second) != 15*time.Second {
			t.Errorf("the next one took %v, want 15s", d)
		}
		end()
	})
}

// Eight places: below eight the limit costs time, above it only the wait
// moves, from our queue into theirs.
func TestMoreThanTheServiceCanDoIsOnlyAQueue(t *testing.T) {
	for _, c := range []struct {
		limit     int
		all, call time.Duration
	}{
		{4, 25000 * time.Millisecond, 100 * time.Millisecond},
		{8, 12500 * time.Millisecond, 100 * time.Millisecond},
		{16, 12500 * time.Millisecond, 200 * time.Millisecond},
		{64, 12500 * time.Millisecond, 800 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := budget.NewRenderer(8, each)
			calls := make(chan time.Duration, 1000)
			all := took(func() {
				err := budget.Pool(t.Context(), c.limit, ids(1000), func(ctx context.Context, id string) (err error) {
					calls <- took(func() { err = r.Draw(ctx, id) })
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
			var longest time.Duration
			for range 1000 {
				longest = max(longest, <-calls)
			}
			if all != c.all || longest != c.call {
				t.Errorf("limit %d: all in %v, one call up to %v, want %v and %v", c.limit, all, longest, c.all, c.call)
			}
		})
	}
}

// With a limit of two, a member's Go waits for as long as the other one is
// there. Two members that both want to start a child find no place for it,
// so their calls of Go would wait for each other.
func TestAGroupHasNoPlaceForItsOwnChildren(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		g, _ := errgroup.WithContext(ctx) // its end does not end the wait
		g.SetLimit(2)
		g.Go(func() error { time.Sleep(time.Hour); return nil })
		waited := make(chan time.Duration, 1)
		g.Go(func() error {
			waited <- took(func() { g.Go(func() error { return nil }) })
			return nil
		})
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		if d := <-waited; d != time.Hour {
			t.Errorf("Go waited for %v, want an hour", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		var g errgroup.Group
		g.SetLimit(2)
		started := make(chan bool, 2)
		for range 2 {
			g.Go(func() error {
				time.Sleep(time.Second) // until both are in
				started <- g.TryGo(func() error { return nil })
				time.Sleep(time.Second)
				return nil
			})
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
		if <-started || <-started {
			t.Error("a full group started a child of its own member")
		}
	})
}
