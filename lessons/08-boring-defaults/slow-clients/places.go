package main

import (
	"context"
	"net"
	"sync"
)

const (
	mostPlaces = 50       // connections at a time, where yours has some thousand file descriptors
	sendBuffer = 64 << 10 // bytes of an answer that wait in the system for a client
)

// places are those of a server's connections. Who finds none waits. They
// outlast a server that is replaced.
type places struct {
	listener net.Listener
	slots    chan struct{}
	conns    chan net.Conn
	ended    chan struct{} // closed when nobody is let in any more
}

func newPlaces(ctx context.Context, ln net.Listener) *places {
	p := &places{ln, make(chan struct{}, mostPlaces), make(chan net.Conn), make(chan struct{})}
	go p.admit(ctx)
	return p
}

// admit lets in as many connections as there are places, until ctx ends or
// the listener fails.
func (p *places) admit(ctx context.Context) {
	defer close(p.ended)
	for {
		conn, err := p.listener.Accept()
		if err != nil {
			return
		}
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer) // refused, the buffer is larger, that's all
		}
		select {
		case p.slots <- struct{}{}:
		case <-ctx.Done():
			_ = conn.Close()
			return
		}
		placed := &placed{Conn: conn, slots: p.slots}
		select {
		case p.conns <- placed:
		case <-ctx.Done():
			_ = placed.Close()
			return
		}
	}
}

// taken is how many places are taken.
func (p *places) taken() float64 { return float64(len(p.slots)) }

// forServer is a listener for one server, which closes it when it ends.
func (p *places) forServer() net.Listener { return &door{places: p, closed: make(chan struct{})} }

type door struct {
	*places
	closed chan struct{}
	once   sync.Once
}

func (d *door) Accept() (net.Conn, error) {
	select {
	case conn := <-d.conns:
		return conn, nil
	case <-d.ended:
		return nil, net.ErrClosed
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *door) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

func (d *door) Addr() net.Addr { return d.listener.Addr() }

// placed gives its place back when it is closed.
type placed struct {
	net.Conn
	slots chan struct{}
	once  sync.Once
}

func (c *placed) Close() error {
	err := c.Conn.Close()
	c.once.Do(func() { <-c.slots })
	return err
}
