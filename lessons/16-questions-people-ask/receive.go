// Package questions has the programs of the lesson "Questions people ask".
package questions

import (
	"context"
	"net"
	"time"
)

// ReceiveDeaf takes a context and shows it to nobody.
func ReceiveDeaf(
	_ context.Context, conn net.Conn, p []byte,
) (int, error) {
	return conn.Read(p)
}

// Receive reads once. On an error of ctx, conn is to be closed.
func Receive(
	ctx context.Context, conn net.Conn, p []byte,
) (int, error) {
	stop := context.AfterFunc(ctx, func() {
		_ = conn.SetReadDeadline(time.Now()) // wakes the Read
	})
	n, err := conn.Read(p)
	if !stop() { // ctx has ended, and conn has its deadline or gets it
		return n, ctx.Err()
	}
	return n, err
}
