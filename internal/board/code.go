package main

import (
	"context"
	"crypto/rand"
	"time"

	"example.com/leakproof/internal/team/room"
)

const codeTime = 12 * time.Hour // how long a join code holds, unless more or less is asked for

// joinCode is the room's code, if this board's secret is the one that it was
// made with.
func (l *live) joinCode() room.JoinCode {
	i := l.now()
	c := room.JoinCode{Expires: i.expires}
	if code := l.access.code(i.codeSalt); len(i.codeSalt) > 0 && i.code.is(code) {
		c.Code = code
	}
	return c
}

// newCode makes a new join code; the old one ends. If another board made one
// at the same moment, that one holds.
func (l *live) newCode(ctx context.Context, holds time.Duration) error {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	if err := l.store.setCode(ctx, l.now(), salt, hashOf(l.access.code(salt)), time.Now().Add(holds)); err != nil {
		return err
	}
	return l.refresh(ctx, change{Info: true})
}
