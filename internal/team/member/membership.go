// Package member is the learner's side of a room: what this machine keeps about it, and the sending of what the learner does.
//
// The progress log is the queue. A membership remembers the line of the log up to which the board has acknowledged everything, so
// that what is recorded while the board is gone waits there, in order, and nothing of before the joining is ever sent. An event is
// named by its line: one that is sent twice, because an answer was lost, counts once.
package member

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/regular"
)

const (
	schema   = "leakproof.join/1"
	fileName = "join.json"
	lockName = "join.lock"
	keyName  = "join.key" // a secret of this folder, which is sent to nobody
	keySize  = 32         // bytes

	leaveTime = 2 * time.Second // to tell a board that somebody left: who leaves is not kept waiting

	maxFile   = 64 << 10
	lockWait  = 2 * time.Second // changing the file takes milliseconds
	lockRetry = 5 * time.Millisecond
)

// Membership is a learner's place in a room, as join.json in the state folder keeps it. Whoever has its token can speak as the
// learner in that room, so nobody else can read the file.
type Membership struct {
	Schema      string `json:"schema"`
	Board       string `json:"board"` // its address
	Room        string `json:"room"`
	Participant string `json:"participant"`
	Token       string `json:"token"`
	Name        string `json:"name"` // of the learner in the room
	ShareCode   bool   `json:"share_code"`

	JoinedAt time.Time `json:"joined_at"`
	Session  string    `json:"session"`          // a random part of the events' ids
	Line     int       `json:"line"`             // of the log: nothing up to it is to be sent
	LineAt   time.Time `json:"line_at,omitzero"` // when its event happened: if that is another one, the log was replaced

	Sent    int `json:"sent"`    // events that the board has acknowledged
	Refused int `json:"refused"` // events that it will never take, which are not sent again

	Ended        End       `json:"ended,omitempty"`
	Trouble      string    `json:"trouble,omitempty"` // what keeps events from being sent now
	TroubleSince time.Time `json:"trouble_since,omitzero"`
}

// End is why a membership is over.
type End string

// The ends of a membership; "" is none. One that was left and deleted is not kept at all.
const (
	Unknown End = "unknown" // the board does not know the participant any more
	Left    End = "left"    // the learner left, and the board has not yet deleted what it was asked to delete
)

// ErrNone says that no room was joined.
var ErrNone = errors.New("you are in no room")

// Load reads the membership in a state folder. It fails with [ErrNone] where there is none.
func Load(dir string) (Membership, error) {
	file := filepath.Join(dir, fileName)
	data, err := regular.Read(file, maxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return Membership{}, ErrNone
	}
	broken := func(err error) error {
		return fmt.Errorf("%s, which says what room you are in, cannot be read (%w): `leakproof leave` removes it, then join again", file, err)
	}
	if err != nil {
		return Membership{}, broken(err)
	}
	var m Membership
	if err := json.Unmarshal(data, &m); err != nil {
		return Membership{}, broken(err)
	}
	if m.Schema != schema {
		return Membership{}, broken(fmt.Errorf("it is of schema %q, and this program knows %q", m.Schema, schema))
	}
	if m.Board == "" || m.Token == "" || m.Session == "" {
		return Membership{}, broken(errors.New("the board's address, the token or the session is missing"))
	}
	return m, nil
}

// Change changes the membership of a session. It fails with [ErrNone] where that is not the learner's any more.
func Change(ctx context.Context, dir, session string, change func(*Membership)) error {
	return locked(ctx, dir, func() error {
		m, err := Load(dir)
		if err != nil {
			return err
		}
		if m.Session != session {
			return ErrNone
		}
		change(&m)
		return save(dir, m)
	})
}

// locked does something that no other running copy does at the same time.
func locked(ctx context.Context, dir string, do func() error) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	lock, err := newLock(dir, lockName)
	if err != nil {
		return unwritable(dir, err)
	}
	bounded, cancel := context.WithTimeout(ctx, lockWait)
	defer cancel()
	_, err = lock.TryLockContext(bounded, lockRetry)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("another running Leakproof is joining or leaving a room (it holds %s): wait until it is done, or end it", lock.Path())
	case err != nil:
		return unwritable(dir, err)
	}
	err = do()
	return errors.Join(err, lock.Unlock())
}

// newLock is the lock of that name, unless something else than a file is in its place, which to open could wait for ever.
func newLock(dir, name string) (*flock.Flock, error) {
	place := filepath.Join(dir, name)
	if info, err := os.Stat(place); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: move it away", place)
	}
	return flock.New(place), nil
}

func save(dir string, m Membership) error {
	m.Schema = schema
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return write(dir, fileName, append(data, '\n'))
}

// write replaces a file as a whole; a new one is readable by its owner only.
func write(dir, name string, data []byte) error {
	if err := atomic.WriteFile(filepath.Join(dir, name), bytes.NewReader(data)); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

func unwritable(dir string, err error) error {
	return fmt.Errorf("what room you are in is not saved: %s cannot be written: free space or make it writable, or use another folder with --state DIR or LEAKPROOF_STATE: %w", dir, err)
}
