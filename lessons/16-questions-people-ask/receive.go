// Package questions has the programs of the lesson "Questions people ask".
package questions

import (
	"context"
	"net"
	"time"
)

// ReceiveDeaf takes a context and ignores it.
func ReceiveDeaf(
	_ context.Context, conn net.Conn, p []byte,
) (int, error) {
	return conn.Read(p)
}

// Receive reads once. If it returns ctx.Err(), close conn.
func Receive(
	ctx context.Context, conn net.Conn, p []byte,
) (int, error) {
	stop := context.AfterFunc(ctx, func() {
		_ = conn.SetReadDeadline(time.Now()) // wakes the Read
	})
	n, err := conn.Read(p)
	if !stop() { // ctx ended: conn has that deadline, or soon will
		return n, ctx.Err()
	}
	return n, err
}
