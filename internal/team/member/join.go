package member

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/room"
)

// Joining is how somebody joins a room.
type Joining struct {
	Dir       string // the state folder
	Log       *progress.Log
	Board     string // as [room.Address] returns it
	Request   room.JoinRequest
	Transport http.RoundTripper // nil: that of [room.Transport]
	Now       time.Time
}

// May fails if a learner whose state is in dir cannot join a room now: one is in one room at a time.
func May(dir string) error {
	m, err := Load(dir)
	switch {
	case errors.Is(err, ErrNone) || err == nil && m.Ended == Unknown:
		return nil
	case err != nil:
		return err
	case m.Ended == Left:
		return fmt.Errorf("the board at %s has not yet deleted what you sent to it: `leakproof leave --delete` asks again, and `leakproof leave` gives that up", m.Board)
	}
	return fmt.Errorf("you are in the room %q at %s, and one is in one room at a time: `leakproof leave` ends that", m.Room, m.Board)
}

// Join asks the board to take part, and keeps the membership. Sending begins with what is recorded from now on.
func Join(ctx context.Context, j Joining) (Membership, error) {
	var m Membership
	err := locked(ctx, j.Dir, func() error {
		if err := May(j.Dir); err != nil {
			return err
		}
		if err := j.try(); err != nil {
			return err
		}
		client := room.NewClient(j.Board, "", j.Transport)
		defer client.Close()
		joined, err := client.Join(ctx, j.Request)
		if err != nil {
			return err
		}
		m = Membership{
			Board: j.Board, Room: joined.Room, Participant: joined.Participant, Token: joined.Token, Name: joined.Name,
			ShareCode: j.Request.ShareCode, JoinedAt: j.Now, Session: rand.Text(),
		}
		if err = j.Log.Refresh(); err == nil {
			m.Line = j.Log.State().LastLine()
			for _, e := range j.Log.State().Since(m.Line) {
				m.LineAt = e.At
			}
			err = save(j.Dir, m)
		}
		if err != nil { // nobody is to be seen there who is not
			known := room.NewClient(j.Board, joined.Token, j.Transport)
			defer known.Close()
			return errors.Join(err, known.Delete(ctx))
		}
		return nil
	})
	return m, err
}

// try finds a folder that cannot be written before the board knows of anybody.
func (j Joining) try() error {
	const name = fileName + ".try"
	if err := write(j.Dir, name, nil); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(j.Dir, name)); err != nil {
		return unwritable(j.Dir, err)
	}
	return nil
}

// Leave ends the membership in dir: nothing is sent any more. With everything, the board first deletes what it holds of the
// learner; if that fails, the error is a [*room.Failure] and the membership has left, but is kept, so that it can be asked again.
func Leave(ctx context.Context, dir string, everything bool, transport http.RoundTripper) error {
	if everything {
		m, err := Load(dir)
		if err != nil {
			return err
		}
		if err := Change(ctx, dir, m.Session, func(now *Membership) { now.Ended = Left }); err != nil {
			return err
		}
		client := room.NewClient(m.Board, m.Token, transport)
		defer client.Close()
		if err := client.Delete(ctx); err != nil {
			return err
		}
	}
	return locked(ctx, dir, func() error {
		if err := os.Remove(filepath.Join(dir, fileName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(dir, err)
		}
		return nil
	})
}
