package signalbase

import (
	"context"
	"net"
	"net/http"
	"time"
)

func Serve(ctx context.Context, s *http.Server, ln net.Listener) error {
	base, cut := context.WithCancel(ctx)
	defer cut()
	s.BaseContext = func(net.Listener) context.Context { return base }
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	root := context.WithoutCancel(ctx)
	end, cancel := context.WithTimeout(root, 5*time.Second)
	defer cancel()
	return s.Shutdown(end)
}
