package member

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/team/room"
)

// Joining is how somebody joins a room.
type Joining struct {
	Dir       string // the state folder
	Log       *progress.Log
	Board     string // as [room.Address] returns it
	Request   room.JoinRequest
	Transport room.Transport
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
//
// The board knows the learner by a secret of this state folder. So whoever joins again, since they had left or the answer was lost,
// is there once.
func Join(ctx context.Context, j Joining) (Membership, error) {
	var m Membership
	err := locked(ctx, j.Dir, func() (err error) {
		if err := May(j.Dir); err != nil {
			return err
		}
		if j.Request.Secret, err = secretFor(j.Dir, j.Board); err != nil {
			return err
		}
		joined, err := room.NewClient(j.Board, "", j.Transport).Join(ctx, j.Request)
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
			return errors.Join(err, sayLeft(ctx, m, j.Transport))
		}
		return nil
	})
	return m, err
}

// secretFor is what a board knows this state folder by. All come from one key, so that no board learns what another one knows. To
// write the key each time finds a folder that cannot be written before the board knows of anybody.
func secretFor(dir, board string) (string, error) {
	file := filepath.Join(dir, keyName)
	key, err := regular.Read(file, maxFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s, by which boards know you again, cannot be read (%w): make it readable, or remove it", file, err)
	}
	if len(key) != keySize {
		key = make([]byte, keySize)
		_, _ = rand.Read(key) // it never fails
	}
	if err := write(dir, keyName, key); err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(board))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// sayLeft tells a board that the learner is gone, so that nobody waits for them.
func sayLeft(ctx context.Context, m Membership, transport room.Transport) error {
	bounded, cancel := context.WithTimeout(ctx, leaveTime)
	defer cancel()
	err := room.NewClient(m.Board, m.Token, transport).Send(bounded, []room.Event{{ID: m.Session + "-left", At: time.Now().UTC(), Kind: room.Leave}})
	var failure *room.Failure
	switch {
	case errors.As(err, &failure) && failure.Unknown(): // it knows of nobody to wait for
		return nil
	case err != nil && ctx.Err() == nil && bounded.Err() != nil:
		return &room.Failure{Says: "the board does not answer in time"}
	}
	return err
}

// Leave ends the membership in dir: nothing is sent any more. With everything, the board first deletes what it holds of the
// learner; if that fails, the error is a [*room.Failure] and the membership has left, but is kept, so that it can be asked again.
// Without, a [*room.Failure] says why the board does not know that the learner is gone: they have left all the same.
func Leave(ctx context.Context, dir string, everything bool, transport room.Transport) error {
	m, err := Load(dir)
	if everything {
		if err != nil {
			return err
		}
		if err := Change(ctx, dir, m.Session, func(now *Membership) { now.Ended = Left }); err != nil {
			return err
		}
		if err := room.NewClient(m.Board, m.Token, transport).Delete(ctx); err != nil {
			return err
		}
	}
	removed := locked(ctx, dir, func() error {
		if err := os.Remove(filepath.Join(dir, fileName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return unwritable(dir, err)
		}
		return nil
	})
	if removed != nil || everything || err != nil || m.Ended == Unknown {
		return removed // a membership that cannot be read is forgotten, and nobody is told
	}
	return sayLeft(ctx, m, transport)
}
