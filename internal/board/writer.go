package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"example.com/leakproof/internal/team/room"
)

// A request waits for the disk. Those that wait together share a transaction,
// and so one write to the disk: see [store.writer].
type request struct {
	join  *person // somebody new, or
	post  *post
	kept  func()          // is called once it is kept, whether or not somebody still waits
	done  chan error      // takes one value
	asked context.Context // of who waits
}

// post is what somebody sends at once.
type post struct {
	person int64
	events []room.Event
	known  standing  // where the board has the person
	after  *standing // where that leaves the person, once it is kept
}

// What one transaction takes.
const (
	batchRequests = 200
	batchEvents   = 2_000
)

// submit waits until a request is kept or refused. If ctx ends first, nobody
// knows: the same request again is safe.
func (s *store) submit(ctx context.Context, r *request) error {
	r.done, r.asked = make(chan error, 1), ctx
	select {
	case s.queue <- r:
	case <-ctx.Done():
		return errSlow
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return errSlow
	}
}

// writer keeps what is submitted, for one room, until ctx is done. Where the
// outcome of a transaction is unknown, doubt hears whom it was about.
func (s *store) writer(ctx context.Context, roomID int64, doubt func(change)) {
	for {
		var batch []*request
		select {
		case r := <-s.queue:
			batch = s.gather(r)
		case <-ctx.Done():
			return
		}
		if err := s.keep(ctx, roomID, batch); err != nil {
			people := []int64{}
			for _, r := range batch {
				if r.post != nil {
					people = append(people, r.post.person)
				}
				r.done <- err
			}
			doubt(change{Room: roomID, People: people})
		}
	}
}

// gather takes what else waits. It does not wait for more: while a batch is
// written, the next one comes together by itself.
func (s *store) gather(first *request) []*request {
	batch := []*request{first}
	for {
		events := 0
		for _, r := range batch {
			if r.post != nil {
				events += len(r.post.events)
			}
		}
		if len(batch) >= batchRequests || events >= batchEvents {
			return batch
		}
		select {
		case r := <-s.queue:
			if r.asked.Err() == nil { // else nobody waits any more, and it will come again
				batch = append(batch, r)
			}
		default:
			return batch
		}
	}
}

// keep writes a batch. An error of its own is about all; what is wrong with
// one request is told to that one only.
func (s *store) keep(ctx context.Context, roomID int64, batch []*request) error {
	var joins []*person
	var posts []*post
	for _, r := range batch {
		if r.join != nil {
			joins = append(joins, r.join)
		} else {
			posts = append(posts, r.post)
		}
	}
	var refused map[any]error
	err := s.change(ctx, func(tx *sql.Tx) error {
		refused = map[any]error{}
		now := time.Now()
		changed := change{Room: roomID}
		if err := s.joinAll(ctx, tx, roomID, joins, now, refused); err != nil {
			return err
		}
		for _, p := range joins {
			if refused[p] == nil {
				changed.People = append(changed.People, p.number)
			}
		}
		numbers, err := s.takeAll(ctx, tx, posts, now, refused)
		if err != nil {
			return err
		}
		changed.People = append(changed.People, numbers...)
		return s.announce(ctx, tx, changed)
	})
	if err != nil {
		return err
	}
	for _, r := range batch {
		err := refused[r.post]
		if r.join != nil {
			err = refused[r.join]
		}
		if err == nil {
			r.kept()
		}
		r.done <- err
	}
	return nil
}

// joinAll adds people and gives them their numbers. Who joins again with the
// same secret is the person of before: numbers, id and standing are theirs.
func (s *store) joinAll(ctx context.Context, tx *sql.Tx, roomID int64, joins []*person, now time.Time, refused map[any]error) error {
	if len(joins) == 0 {
		return nil
	}
	count := 0
	if err := tx.QueryRowContext(ctx, s.dialect(`SELECT count(*) FROM leakproof_people WHERE room = $1`), roomID).Scan(&count); err != nil {
		return err
	}
	for _, p := range joins {
		var secret any // NULL is nobody's
		if p.secret != nil {
			secret = p.secret
		}
		if count >= maxPeople {
			known := false
			if err := tx.QueryRowContext(ctx, s.dialect(`SELECT count(*) > 0 FROM leakproof_people WHERE room = $1 AND secret = $2`), roomID, secret).Scan(&known); err != nil {
				return err
			}
			if !known {
				refused[p] = errCrowded
				continue
			}
		}
		made, joined := p.id, int64(0)
		err := tx.QueryRowContext(ctx, s.dialect(`INSERT INTO leakproof_people (room, id, name, token, share, joined, secret) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (room, secret) DO UPDATE SET name = excluded.name, token = excluded.token, share = excluded.share RETURNING number, id, joined`),
			roomID, p.id, p.name, p.token[:], p.share, now.UnixMicro(), secret).Scan(&p.number, &p.id, &joined)
		if err != nil {
			return err
		}
		p.joined = moment(joined)
		if p.id == made {
			count++
		} else if err := s.comeBack(ctx, tx, p); err != nil {
			return err
		}
	}
	return nil
}

// comeBack gives who joined again the standing of before. It takes a number as
// an event does, so that every board takes it for newer than the one with the old token.
func (s *store) comeBack(ctx context.Context, tx *sql.Tx, p *person) error {
	standings, err := s.lockPeople(ctx, tx, []int64{p.number}, nil)
	if err != nil {
		return err
	}
	p.standing = *standings[p.number]
	p.Next++
	p.Left = time.Time{}
	return s.putStandings(ctx, tx, map[int64]*standing{p.number: &p.standing}, map[[2]any]bool{{p.number, ""}: true})
}

// row is an event on its way to the database.
type row struct {
	person int64
	n      int
	event  *room.Event
	body   string
}

// takeAll adds events that are not known yet, and says whose standing changed.
func (s *store) takeAll(ctx context.Context, tx *sql.Tx, posts []*post, now time.Time, refused map[any]error) ([]int64, error) {
	if len(posts) == 0 {
		return nil, nil
	}
	var numbers []int64
	known := map[int64]standing{}
	for _, p := range posts {
		numbers = append(numbers, p.person)
		known[p.person] = p.known
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	standings, err := s.lockPeople(ctx, tx, numbers, known)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, p := range posts {
		st := standings[p.person]
		if st == nil {
			refused[p] = errGone
			continue
		}
		added, err := st.rows(p)
		if err != nil {
			refused[p] = err
			continue
		}
		rows = append(rows, added...)
		p.after = st
	}
	unknown, err := s.insert(ctx, tx, rows, now)
	if err != nil {
		return nil, err
	}
	touched := map[[2]any]bool{}
	for _, r := range rows {
		// Known events have taken numbers too: a board goes by them to tell an old
		// standing from a new one, so that they are kept.
		touched[[2]any{r.person, ""}] = true
		if !unknown[eventKey{r.person, r.event.ID}] {
			continue
		}
		delete(unknown, eventKey{r.person, r.event.ID}) // the same event twice in a batch
		standings[r.person].take(*r.event, len(r.body), now.Truncate(time.Microsecond).UTC())
		if r.event.Kata != "" {
			touched[[2]any{r.person, r.event.Kata}] = true
		}
	}
	return numbers, s.putStandings(ctx, tx, standings, touched)
}

// lockPeople loads the standings of people, and keeps them from changing until
// the transaction ends. Who is gone is missing. Known standings are not loaded
// where they are the newest: katas are most of one.
func (s *store) lockPeople(ctx context.Context, tx *sql.Tx, numbers []int64, known map[int64]standing) (map[int64]*standing, error) {
	standings := map[int64]*standing{}
	err := s.rows(ctx, tx, func(rows *sql.Rows) error {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return err
		}
		standings[n] = &standing{katas: map[string]*kata{}}
		return nil
	}, `SELECT number FROM leakproof_people WHERE number {in $1} ORDER BY number {for update}`, s.list(numbers))
	if err != nil {
		return nil, err
	}
	load := func(where string, numbers []int64) error {
		return s.rows(ctx, tx, func(rows *sql.Rows) error {
			number, name, body := int64(0), "", ""
			if err := rows.Scan(&number, &name, &body); err != nil {
				return err
			}
			if st := standings[number]; st != nil {
				return st.decode(name, body)
			}
			return nil
		}, `SELECT person, kata, body FROM leakproof_standings WHERE person {in $1} AND `+where, s.list(numbers))
	}
	// A query of its own: it sees what was committed while the first one waited.
	if err := load(`kata = ''`, numbers); err != nil {
		return nil, err
	}
	var older []int64
	for n, st := range standings {
		if k := known[n]; k.katas != nil && k.Next == st.Next {
			st.katas = maps.Clone(k.katas)
		} else {
			older = append(older, n)
		}
	}
	if len(older) == 0 {
		return standings, nil
	}
	return standings, load(`kata <> ''`, older)
}

// rows are the events of a post, numbered. They are refused together.
func (s *standing) rows(p *post) ([]row, error) {
	var rows []row
	bytes, fresh := s.Bytes, map[string]bool{}
	for i := range p.events {
		e := &p.events[i]
		body, err := json.Marshal(e)
		if err != nil {
			return nil, err
		}
		if e.Kata != "" && s.katas[e.Kata] == nil {
			fresh[e.Kata] = true
		}
		bytes += len(body)
		rows = append(rows, row{p.person, s.Next + i, e, string(body)})
	}
	if s.Total >= maxTotal || bytes > maxBytes || len(s.katas)+len(fresh) > maxKatas {
		return nil, errLots
	}
	s.Next += len(rows)
	return rows, nil
}

// An eventKey is what is unique about an event.
type eventKey struct {
	person int64
	id     string
}

// insert adds rows, and says which of them are new.
func (s *store) insert(ctx context.Context, tx *sql.Tx, rows []row, now time.Time) (map[eventKey]bool, error) {
	fresh := map[eventKey]bool{}
	if len(rows) == 0 {
		return fresh, nil
	}
	var people, numbers, arrived []int64
	var ids, bodies []string
	for _, r := range rows {
		people, numbers, arrived = append(people, r.person), append(numbers, int64(r.n)), append(arrived, now.UnixMicro())
		ids, bodies = append(ids, r.event.ID), append(bodies, r.body)
	}
	table, args := s.table(people, ids, numbers, arrived, bodies)
	err := s.rows(ctx, tx, func(rows *sql.Rows) error {
		var k eventKey
		if err := rows.Scan(&k.person, &k.id); err != nil {
			return err
		}
		fresh[k] = true
		return nil
	}, `INSERT INTO leakproof_events (person, id, n, arrived, body) SELECT * FROM `+table+` AS sent WHERE true ON CONFLICT DO NOTHING RETURNING person, id`, args...)
	return fresh, err
}

func (s *store) putStandings(ctx context.Context, tx *sql.Tx, standings map[int64]*standing, touched map[[2]any]bool) error {
	if len(touched) == 0 {
		return nil
	}
	var people []int64
	var katas, bodies []string
	for k := range touched {
		person, kata := k[0].(int64), k[1].(string)
		body, err := standings[person].encode(kata)
		if err != nil {
			return err
		}
		people, katas, bodies = append(people, person), append(katas, kata), append(bodies, body)
	}
	table, args := s.table(people, katas, bodies)
	return s.exec(ctx, tx, `INSERT INTO leakproof_standings (person, kata, body) SELECT * FROM `+table+` AS now WHERE true
		ON CONFLICT (person, kata) DO UPDATE SET body = excluded.body`, args...)
}
