// Package questions has the programs of the lesson "Questions people ask".
package questions

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// ReceiveDeaf takes a context and shows it to nobody.
func ReceiveDeaf(
	_ context.Context, conn net.Conn, p []byte,
) (int, error) {
	return conn.Read(p)
}

// Receive reads once. If ctx ends it, conn is to be closed.
func Receive(
	ctx context.Context, conn net.Conn, p []byte,
) (int, error) {
	stop := context.AfterFunc(ctx, func() {
		_ = conn.SetReadDeadline(time.Now()) // wakes the Read
	})
	defer stop()
	n, err := conn.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() != nil {
		err = ctx.Err()
	}
	return n, err
}
