package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"example.com/leakproof/internal/team/room"
)

// hash is how secrets, codes and tokens are kept.
type hash [sha256.Size]byte

func hashOf(secret string) hash { return sha256.Sum256([]byte(secret)) }

// An engine is what differs between the databases.
type engine interface {
	// dialect is a query as this database spells it.
	dialect(query string) string
	// table is rows to select from, by their columns, and the arguments that it
	// takes. Each column is a []int64 or a []string.
	table(columns ...any) (sql string, args []any)
	// list is an argument for {in $1}.
	list(numbers []int64) any
	// fault says in a sentence what is wrong with the database and what to do,
	// without a word of its address that is secret.
	fault(error) error
	// announce tells the other boards of this database, once tx is committed.
	announce(ctx context.Context, tx *sql.Tx, c change) error
	// listen hears the changes that other boards make, until ctx is done, and
	// tells what keeps it from that.
	listen(ctx context.Context, hear func(change), tell func(error))
	// writers is how many transactions are written at once.
	writers() int
	close() error
}

// A change says what to load anew.
type change struct {
	From   string  `json:"from,omitempty"` // the board that made it
	Room   int64   `json:"room"`
	People []int64 `json:"people,omitempty"`
	Info   bool    `json:"info,omitempty"` // the code, the agenda, the step
	All    bool    `json:"all,omitempty"`  // nobody knows what has changed
}

// store keeps the rooms of a database. Both databases share its queries: $1 is
// the first argument, {bytes} and the like are words of the dialect.
type store struct {
	engine
	write, read *sql.DB
	queue       chan *request
}

// info is a room apart from its people.
type info struct {
	id       int64
	name     string
	opened   time.Time // for the first time
	secret   hash
	codeSalt []byte
	code     hash
	expires  time.Time
	agenda   *room.Agenda
}

var (
	errGone    = errors.New("this participant is gone")
	errNoRoom  = errors.New("a database holds at most 1,000 rooms: name another with --database")
	errCrowded = errors.New("the room is full")
	errLots    = errors.New("the participant's share is used up")
	errSlow    = errors.New("the database did not keep up: more was sent than it takes in the time of a request")
)

const (
	maxRooms  = 1_000
	maxPeople = 10_000           // of a room
	maxTotal  = 20_000           // events of a participant
	maxBytes  = 32 << 20         // bytes of a participant's events
	maxKatas  = 64               // katas of a participant
	txTime    = 10 * time.Second // for one transaction
)

func (s *store) close() error {
	err := s.write.Close()
	if s.read != s.write {
		err = errors.Join(err, s.read.Close())
	}
	return errors.Join(err, s.engine.close())
}

// ping asks whether the database answers.
func (s *store) ping(ctx context.Context) error {
	var one int
	return s.read.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// change runs do in a transaction.
func (s *store) change(ctx context.Context, do func(*sql.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, txTime)
	defer cancel()
	tx, err := s.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := do(tx); err != nil {
		if undone := tx.Rollback(); undone != nil && !errors.Is(undone, sql.ErrTxDone) {
			err = errors.Join(err, undone)
		}
		return err
	}
	return tx.Commit()
}

func (s *store) exec(ctx context.Context, tx *sql.Tx, query string, args ...any) error {
	_, err := tx.ExecContext(ctx, s.dialect(query), args...)
	return err
}

// rows calls scan for each row of a query.
func (s *store) rows(ctx context.Context, q interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}, scan func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := q.QueryContext(ctx, s.dialect(query), args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// openRoom finds a room by its name, or makes it with the secret. It writes in
// any case, so that a database that cannot be written is met at the start.
func (s *store) openRoom(ctx context.Context, name string, secret hash, now time.Time) (info, error) {
	var id int64
	err := s.change(ctx, func(tx *sql.Tx) error {
		count := 0
		if err := tx.QueryRowContext(ctx, s.dialect(`SELECT count(*) FROM leakproof_rooms WHERE name <> $1`), name).Scan(&count); err != nil {
			return err
		}
		if count >= maxRooms {
			return errNoRoom
		}
		return tx.QueryRowContext(ctx, s.dialect(`INSERT INTO leakproof_rooms (name, opened, used, secret) VALUES ($1, $2, $2, $3)
			ON CONFLICT (name) DO UPDATE SET used = excluded.used RETURNING id`), name, now.UnixMicro(), secret[:]).Scan(&id)
	})
	if err != nil {
		return info{}, err
	}
	return s.info(ctx, id)
}

func (s *store) info(ctx context.Context, id int64) (info, error) {
	i := info{id: id}
	var opened, expires, step, began int64
	var secret, code []byte
	var agenda string
	err := s.read.QueryRowContext(ctx, s.dialect(`SELECT name, opened, secret, code_salt, code, code_expires, agenda, step, step_began
		FROM leakproof_rooms WHERE id = $1`), id).Scan(&i.name, &opened, &secret, &i.codeSalt, &code, &expires, &agenda, &step, &began)
	if err != nil {
		return info{}, err
	}
	copy(i.secret[:], secret)
	copy(i.code[:], code)
	i.opened, i.expires = moment(opened), moment(expires)
	if agenda == "" {
		return i, nil
	}
	i.agenda = &room.Agenda{}
	if err := json.Unmarshal([]byte(agenda), i.agenda); err != nil {
		return info{}, fmt.Errorf("the agenda of the room is damaged: %w", err)
	}
	i.agenda.Step, i.agenda.Began = int(step), moment(began)
	return i, nil
}

// set changes columns of a room. The assignments use $2 and on.
func (s *store) set(ctx context.Context, id int64, assignments string, args ...any) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.exec(ctx, tx, `UPDATE leakproof_rooms SET `+assignments+` WHERE id = $1`, append([]any{id}, args...)...); err != nil {
			return err
		}
		return s.announce(ctx, tx, change{Room: id, Info: true})
	})
}

func (s *store) setSecret(ctx context.Context, id int64, secret hash) error {
	return s.set(ctx, id, `secret = $2`, secret[:])
}

// setCode changes the join code, unless another board has changed it since it
// was known as was.
func (s *store) setCode(ctx context.Context, was info, salt []byte, code hash, expires time.Time) error {
	return s.set(ctx, was.id, `code_salt = CASE code_expires WHEN $2 THEN $3 ELSE code_salt END, code = CASE code_expires WHEN $2 THEN $4 ELSE code END,
		code_expires = CASE code_expires WHEN $2 THEN $5 ELSE code_expires END`, microOf(was.expires), salt, code[:], expires.UnixMicro())
}

func (s *store) setAgenda(ctx context.Context, id int64, a room.Agenda) error {
	a.Step, a.Began = 0, time.Time{}
	text, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return s.set(ctx, id, `agenda = $2, step = 0, step_began = 0`, string(text))
}

func (s *store) setStep(ctx context.Context, id int64, step int, began time.Time) error {
	return s.set(ctx, id, `step = $2, step_began = $3`, step, began.UnixMicro())
}

// people loads those of a room, with all that they stand for: all of them, or
// the ones with the numbers.
func (s *store) people(ctx context.Context, roomID int64, numbers ...int64) (map[int64]*person, error) {
	args, some := []any{roomID}, ""
	if len(numbers) > 0 {
		some = ` AND p.number {in $2}`
		args = append(args, s.list(numbers))
	}
	found := map[int64]*person{}
	err := s.rows(ctx, s.read, func(rows *sql.Rows) error {
		p := &person{standing: standing{katas: map[string]*kata{}}}
		var token []byte
		var joined int64
		if err := rows.Scan(&p.number, &p.id, &p.name, &token, &p.share, &joined); err != nil {
			return err
		}
		copy(p.token[:], token)
		p.joined = moment(joined)
		found[p.number] = p
		return nil
	}, `SELECT p.number, p.id, p.name, p.token, p.share, p.joined FROM leakproof_people p WHERE p.room = $1`+some, args...)
	if err != nil {
		return nil, err
	}
	err = s.rows(ctx, s.read, func(rows *sql.Rows) error {
		number, kata, body := int64(0), "", ""
		if err := rows.Scan(&number, &kata, &body); err != nil {
			return err
		}
		if p := found[number]; p != nil {
			return p.decode(kata, body)
		}
		return nil // joined since
	}, `SELECT s.person, s.kata, s.body FROM leakproof_standings s JOIN leakproof_people p ON p.number = s.person WHERE p.room = $1`+some, args...)
	return found, err
}

// numberOf finds who has a hash in a column, "token" or "secret", 0 if nobody of the room has.
func (s *store) numberOf(ctx context.Context, roomID int64, column string, h []byte) (int64, error) {
	var number int64
	err := s.read.QueryRowContext(ctx, s.dialect(`SELECT number FROM leakproof_people WHERE room = $1 AND `+column+` = $2`), roomID, h).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return number, err
}

// remove deletes all that is known of somebody.
func (s *store) remove(ctx context.Context, roomID, number int64) error {
	return s.change(ctx, func(tx *sql.Tx) error {
		if err := s.exec(ctx, tx, `DELETE FROM leakproof_people WHERE number = $1`, number); err != nil {
			return err
		}
		return s.announce(ctx, tx, change{Room: roomID, People: []int64{number}})
	})
}

// A kept event is one as it lies in the database.
type kept struct {
	Participant string          `json:"participant"`
	Arrived     time.Time       `json:"arrived"`
	Event       json.RawMessage `json:"event"`
}

// eachEvent calls do for the events of a room, of one person after the other.
func (s *store) eachEvent(ctx context.Context, roomID int64, do func(kept) error) error {
	return s.rows(ctx, s.read, func(rows *sql.Rows) error {
		var k kept
		var arrived int64
		if err := rows.Scan(&k.Participant, &arrived, (*[]byte)(&k.Event)); err != nil {
			return err
		}
		k.Arrived = moment(arrived)
		return do(k)
	}, `SELECT p.id, e.arrived, e.body FROM leakproof_people p JOIN leakproof_events e ON e.person = p.number
		WHERE p.room = $1 ORDER BY p.number, e.n`, roomID)
}

// newest are the last n events of somebody, in the order of arrival.
func (s *store) newest(ctx context.Context, number int64, n int) ([]room.Event, error) {
	events := []room.Event{}
	err := s.rows(ctx, s.read, func(rows *sql.Rows) error {
		body := ""
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var e room.Event
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			return err
		}
		events = append(events, e)
		return nil
	}, `SELECT body FROM (SELECT n, body FROM leakproof_events WHERE person = $1 ORDER BY n DESC LIMIT $2) AS last ORDER BY n`, number, n)
	return events, err
}

// moment is a time as the database holds it: microseconds, 0 for none.
func moment(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

func microOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}
