package main

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	arrival     = 100 * time.Millisecond // between two slow clients
	mostSlow    = 300                    // at a time
	pace        = time.Second            // for each byte
	patience    = 30 * time.Second       // of a client that reads byte by byte
	smallBuffer = 4 << 10                // bytes that the system reads ahead for it
)

// A manner is what a slow client sends at once, and what it does byte by byte
// after that.
type manner struct {
	request     string
	send, read1 bool
}

var manners = []manner{
	{request: "GET /notes/7 HTTP/1.1\r\nHost: notes\r\nX-Slow: ", send: true},                     // a header that trickles in
	{request: "POST /notes HTTP/1.1\r\nHost: notes\r\nContent-Length: 10000\r\n\r\n", send: true}, // a body that trickles in
	{request: "GET /export HTTP/1.1\r\nHost: notes\r\n\r\n", read1: true},                         // an answer that nobody takes
	{request: "GET /notes/7 HTTP/1.1\r\nHost: notes\r\n\r\n"},                                     // a connection without a next request
}

// slowClients come while slow is on, one after the other in each manner. They
// leave when it's off.
func slowClients(ctx context.Context, c *host.Clients) error {
	var here atomic.Int64
	host.Gauge("slow_clients", func() float64 { return float64(here.Load()) })
	for ctx.Err() == nil {
		changed := host.Changed()
		if !slow.On() {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		comeSlowly(ctx, c.Addr, &here)
	}
	return nil
}

// comeSlowly lets slow clients come until slow is off, and then leave.
func comeSlowly(ctx context.Context, addr string, here *atomic.Int64) {
	ctx, leave := context.WithCancel(ctx)
	var clients sync.WaitGroup
	defer clients.Wait()
	defer leave()
	arrivals := time.NewTicker(arrival)
	defer arrivals.Stop()
	for next := 0; slow.On(); {
		select {
		case <-arrivals.C:
		case <-ctx.Done():
			return
		}
		if here.Load() >= mostSlow {
			continue
		}
		m := manners[next%len(manners)]
		next++
		here.Add(1)
		clients.Go(func() {
			defer here.Add(-1)
			m.call(ctx, addr)
		})
	}
}

// call is one slow client, from its connection to the moment when the server
// has had enough of it.
func (m manner) call(ctx context.Context, addr string) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	if _, err := io.WriteString(conn, m.request); err != nil {
		return
	}
	switch {
	case m.read1:
		_ = conn.(*net.TCPConn).SetReadBuffer(smallBuffer) // refused, it reads ahead more
		ctx, leave := context.WithTimeout(ctx, patience)
		defer leave()
		byteByByte(ctx, func() error {
			_, err := conn.Read(make([]byte, 1))
			return err
		})
	case m.send:
		ctx, cut := context.WithCancel(ctx)
		go func() {
			defer cut()
			_, _ = io.Copy(io.Discard, conn) // until the server or this client closes
		}()
		byteByByte(ctx, func() error {
			_, err := io.WriteString(conn, "x")
			return err
		})
	default:
		_, _ = io.Copy(io.Discard, conn) // until the server closes
	}
}

// byteByByte does something each second, until it fails or ctx ends.
func byteByByte(ctx context.Context, do func() error) {
	seconds := time.NewTicker(pace)
	defer seconds.Stop()
	for {
		select {
		case <-seconds.C:
		case <-ctx.Done():
			return
		}
		if err := do(); err != nil {
			return
		}
	}
}
