package main

import (
	"cmp"
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/team/room"
)

// live is the room in memory: what the views are computed from. Its size goes
// with people and katas, not with events. The database is always ahead of it.
type live struct {
	id     int64 // of the room
	store  *store
	access access
	log    *slog.Logger
	hub    *hub
	doubts chan change // what to load anew

	address string // under which people reach the board; set before run

	refreshing sync.Mutex // held while something is loaded or deleted, so that neither brings the other's past back

	mu     sync.RWMutex
	info   info
	people map[int64]*person
	tokens map[hash]*person
	names  map[string]int // folded; how many have it
}

func newLive(ctx context.Context, s *store, a access, i info, log *slog.Logger) (*live, error) {
	l := &live{id: i.id, store: s, access: a, log: log, info: i, doubts: make(chan change, 64),
		people: map[int64]*person{}, tokens: map[hash]*person{}, names: map[string]int{}}
	l.hub = newHub(l.view)
	people, err := s.people(ctx, i.id)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		l.put(p)
	}
	l.hub.touch()
	return l, nil
}

// run keeps the room up to date and its views coming until ctx is done.
func (l *live) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { l.hub.run(ctx) })
	all.Go(func() {
		l.store.listen(ctx, l.doubt, func(err error) {
			l.log.Warn("the board does not hear of what other boards take; trying again", "error", err)
		})
	})
	for range l.store.writers() {
		all.Go(func() { l.store.writer(ctx, l.id, l.doubt) })
	}
	all.Go(func() { l.refreshAll(ctx) })
	all.Wait()
}

// doubt says that somebody else may have changed something. It never waits: if
// there is too much to keep in mind, everything is loaded anew.
func (l *live) doubt(c change) {
	if c.Room != 0 && c.Room != l.id {
		return // another room of the database
	}
	select {
	case l.doubts <- c:
	default:
		select {
		case <-l.doubts:
		default:
		}
		l.doubt(change{All: true})
	}
}

// refreshPause lets changes come together.
const refreshPause = 50 * time.Millisecond

func (l *live) refreshAll(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case c := <-l.doubts:
			select {
			case <-ctx.Done():
			case <-time.After(refreshPause):
			}
			for more := true; more; {
				select {
				case next := <-l.doubts:
					c = c.and(next)
				default:
					more = false
				}
			}
			for ctx.Err() == nil {
				err := l.refresh(ctx, c)
				if err == nil || ctx.Err() != nil {
					break
				}
				l.log.Warn("the room cannot be loaded anew; trying again", "error", l.store.fault(err))
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
			}
		}
	}
}

// and makes one change of two.
func (c change) and(other change) change {
	return change{All: c.All || other.All, Info: c.Info || other.Info, People: append(c.People, other.People...)}
}

// refresh loads what has changed from the database.
func (l *live) refresh(ctx context.Context, c change) error {
	l.refreshing.Lock()
	defer l.refreshing.Unlock()
	ctx, cancel := context.WithTimeout(ctx, txTime)
	defer cancel()
	if c.Info || c.All {
		i, err := l.store.info(ctx, l.id)
		if err != nil {
			return err
		}
		l.mu.Lock()
		l.info = i
		l.mu.Unlock()
	}
	numbers := c.People
	if c.All {
		l.mu.RLock()
		numbers = numbers[:0]
		for n := range l.people {
			numbers = append(numbers, n) // who joins from now on is not taken for gone
		}
		l.mu.RUnlock()
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	var load [][]int64
	if c.All {
		load = [][]int64{nil} // everybody
	} else {
		load = slices.Collect(slices.Chunk(numbers, 500))
	}
	for _, some := range load {
		found, err := l.store.people(ctx, l.id, some...)
		if err != nil {
			return err
		}
		l.mu.Lock()
		for _, p := range found {
			l.put(p)
		}
		if !c.All {
			numbers = some
		}
		for _, n := range numbers {
			if found[n] == nil {
				l.drop(n)
			}
		}
		l.mu.Unlock()
	}
	l.hub.touch()
	return nil
}

// put shows a person, unless a newer state of theirs is shown. The caller has
// the lock.
func (l *live) put(p *person) {
	old := l.people[p.number]
	switch {
	case old == nil:
		l.names[fold(p.name)]++
	case old.Next > p.Next:
		return
	default: // who joined again has another token, and maybe another name
		delete(l.tokens, old.token)
		l.names[fold(p.name)]++
		l.release(old.name)
	}
	l.people[p.number] = p
	l.tokens[p.token] = p
}

// drop takes a person out. The caller has the lock.
func (l *live) drop(number int64) {
	p := l.people[number]
	if p == nil {
		return
	}
	delete(l.people, number)
	delete(l.tokens, p.token)
	l.release(p.name)
}

// release gives a name back. The caller has the lock.
func (l *live) release(name string) {
	if l.names[fold(name)]--; l.names[fold(name)] == 0 {
		delete(l.names, fold(name))
	}
}

// byToken finds who has a token, nil if nobody has. Somebody may have joined at
// another board a moment ago: unless mayLook refuses, the database is asked.
func (l *live) byToken(ctx context.Context, token string, mayLook func() error) (*person, error) {
	h := hashOf(token)
	l.mu.RLock()
	p := l.tokens[h]
	l.mu.RUnlock()
	if p == nil {
		if err := mayLook(); err != nil {
			return nil, err
		}
		number, err := l.store.numberOf(ctx, l.id, "token", h[:])
		if err != nil || number == 0 {
			return nil, err
		}
		if p, err = l.load(ctx, number); err != nil || p == nil {
			return nil, err
		}
	}
	if subtle.ConstantTimeCompare(p.token[:], h[:]) != 1 {
		return nil, nil
	}
	return p, nil
}

// load shows somebody as the database knows them, and returns nil if they are
// gone.
func (l *live) load(ctx context.Context, number int64) (*person, error) {
	l.refreshing.Lock()
	defer l.refreshing.Unlock()
	found, err := l.store.people(ctx, l.id, number)
	p := found[number]
	if err != nil || p == nil {
		return nil, err
	}
	l.mu.Lock()
	l.put(p)
	l.mu.Unlock()
	l.hub.touch()
	return p, nil
}

// enter adds somebody, or lets them in again, under a name that nobody else of
// the room has, unless they join at another board at the same moment.
func (l *live) enter(ctx context.Context, p *person) error {
	var number int64 // of who joins again
	if p.secret != nil {
		var err error
		if number, err = l.store.numberOf(ctx, l.id, "secret", p.secret); err != nil {
			return err
		}
	}
	l.mu.Lock()
	before := l.people[number]
	if before != nil {
		l.release(before.name) // their own name is free for them
	}
	p.name = l.distinct(p.name)
	l.names[fold(p.name)]++ // who joins meanwhile gets another one
	if before != nil {
		l.names[fold(before.name)]++
	}
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		l.release(p.name)
		l.mu.Unlock()
	}()
	return l.store.submit(ctx, &request{join: p, kept: func() {
		l.mu.Lock()
		l.put(p)
		l.mu.Unlock()
		l.hub.touch()
	}})
}

// take keeps events and shows them.
func (l *live) take(ctx context.Context, p *person, events []room.Event) error {
	sent := &post{person: p.number, events: events, known: p.standing}
	err := l.store.submit(ctx, &request{post: sent, kept: func() {
		l.mu.Lock()
		if known := l.people[p.number]; known != nil { // who was deleted meanwhile stays away
			now := *known // they may have joined again meanwhile
			now.standing = *sent.after
			l.put(&now)
		}
		l.mu.Unlock()
		l.hub.touch()
	}})
	if errors.Is(err, errGone) {
		l.mu.Lock()
		l.drop(p.number)
		l.mu.Unlock()
	}
	return err
}

// leave deletes all that is known of somebody.
func (l *live) leave(ctx context.Context, p *person) error {
	l.refreshing.Lock()
	defer l.refreshing.Unlock()
	if err := l.store.remove(ctx, l.id, p.number); err != nil {
		return err
	}
	l.mu.Lock()
	l.drop(p.number)
	l.mu.Unlock()
	l.hub.touch()
	return nil
}

// now is the room apart from its people.
func (l *live) now() info {
	l.mu.RLock()
	defer l.mu.RUnlock()
	return l.info
}

// sorted are the people in the order of joining.
func (l *live) sorted() []*person {
	l.mu.RLock()
	people := make([]*person, 0, len(l.people))
	for _, p := range l.people {
		people = append(people, p)
	}
	l.mu.RUnlock()
	slices.SortFunc(people, func(a, b *person) int { return cmp.Or(a.joined.Compare(b.joined), cmp.Compare(a.number, b.number)) })
	return people
}

// distinct is a name that nobody of the room has yet. The caller has the lock.
func (l *live) distinct(name string) string {
	letters := []rune(name)
	for i := 1; ; i++ {
		suffix := ""
		if i > 1 {
			suffix = fmt.Sprintf(" %d", i)
		}
		one := string(letters[:min(len(letters), room.MaxName-len(suffix))]) + suffix
		if l.names[fold(one)] == 0 {
			return one
		}
	}
}

func fold(name string) string { return strings.ToLower(name) }
