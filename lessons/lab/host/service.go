package host

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime"
	"runtime/metrics"
	"sync"
	"syscall"
	"time"

	"example.com/leakproof/lessons/lab"
)

// headerLimit is how long a client of the service's profiles or of a dependency
// may take to send its header.
const headerLimit = 5 * time.Second

// Service is what a lab's service is given.
type Service struct {
	Listener net.Listener // where the load goes

	dependencies map[string]string
}

// URL is the address of a dependency, such as "http://127.0.0.1:40123".
func (s *Service) URL(dependency string) string {
	url, ok := s.dependencies[dependency]
	if !ok {
		panic("host: the lab has no dependency " + dependency)
	}
	return url
}

// task is what the service's process is given.
type task struct {
	Dependencies map[string]string `json:"dependencies"` // their addresses, by name
	Address      string            `json:"address"`      // where to listen
	Settings     []lab.Setting     `json:"settings"`     // to begin with
}

// order is what the process of the load asks of the service's.
type order struct {
	Set        *lab.Setting `json:"set,omitempty"`
	Sample     bool         `json:"sample,omitempty"`
	Goroutines bool         `json:"goroutines,omitempty"`
}

// reply is what the service's process says: that it accepts connections, then
// an answer to each order.
type reply struct {
	Address    string             `json:"address,omitempty"`
	Pprof      string             `json:"pprof,omitempty"`
	Numbers    map[string]float64 `json:"numbers,omitempty"`
	Off        []string           `json:"off,omitempty"` // switches that the service has turned off
	Goroutines *lab.Goroutines    `json:"goroutines,omitempty"`
}

// serve runs the service until its orders end.
func (l Lab) serve(ctx context.Context, what string, orders io.Reader, replies io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(what), &t); err != nil {
		return err
	}
	for _, s := range t.Settings {
		if err := declared.set(s); err != nil {
			return err
		}
	}
	s := &Service{dependencies: t.Dependencies}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", t.Address)
	if err != nil {
		return noLoopback(err)
	}
	profiles, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback)
	if err != nil {
		return errors.Join(noLoopback(err), listener.Close())
	}
	ready := &readyListener{Listener: listener, accepting: make(chan struct{})}
	s.Listener = ready
	profiler := &http.Server{Handler: profileMux(), ReadHeaderTimeout: headerLimit}

	ctx, stop := context.WithCancelCause(ctx)
	var work sync.WaitGroup
	work.Go(func() { stop(l.Service(ctx, s)) })
	work.Go(func() { _ = profiler.Serve(profiles) }) // until it is closed
	work.Go(func() {
		encoder := json.NewEncoder(replies)
		select {
		case <-ready.accepting:
		case <-ctx.Done():
			return
		}
		err := encoder.Encode(reply{Address: listener.Addr().String(), Pprof: "http://" + profiles.Addr().String() + "/debug/pprof/"})
		for in := bufio.NewScanner(orders); err == nil && in.Scan(); {
			err = obey(in.Bytes(), encoder)
		}
		stop(err) // nil at the end of the orders
	})
	<-ctx.Done()
	_ = listener.Close() // the service may have closed it
	err = errors.Join(profiler.Close(), closeReader(orders))
	work.Wait()
	if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
		err = errors.Join(cause, err)
	}
	return err
}

// closeReader ends a read that waits.
func closeReader(r io.Reader) error {
	if c, ok := r.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

func obey(line []byte, replies *json.Encoder) error {
	var o order
	if err := json.Unmarshal(line, &o); err != nil {
		return err
	}
	switch {
	case o.Set != nil:
		if err := declared.set(*o.Set); err != nil {
			return err
		}
		return replies.Encode(reply{})
	case o.Goroutines:
		return replies.Encode(reply{Goroutines: goroutines()})
	default:
		return replies.Encode(reply{Numbers: serviceNumbers(), Off: declared.turnedOff()})
	}
}

// readyListener says when somebody accepts connections.
type readyListener struct {
	net.Listener
	accepting chan struct{}
	once      sync.Once
}

func (l *readyListener) Accept() (net.Conn, error) {
	l.once.Do(func() { close(l.accepting) })
	return l.Listener.Accept()
}

func profileMux() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}

const (
	heapMetric   = "/memory/classes/heap/objects:bytes"
	memoryMetric = "/memory/classes/total:bytes"
	mb           = 1 << 20
)

// serviceNumbers are the numbers of the service's process.
func serviceNumbers() map[string]float64 {
	out := declared.read()
	out["goroutines"] = float64(runtime.NumGoroutine())
	samples := []metrics.Sample{{Name: heapMetric}, {Name: memoryMetric}}
	metrics.Read(samples)
	out["heap"] = float64(samples[0].Value.Uint64()) / mb
	out[memoryNumber] = float64(samples[1].Value.Uint64()) / mb
	if n, ok := openFiles(); ok {
		out["fds"] = float64(n)
	}
	if t, ok := processorTime(); ok {
		out[cpuNumber] = t.Seconds()
	}
	return out
}

// Numbers of the service's process that are measured and not shown as such.
const (
	memoryNumber = "memory" // MB that the process has from the system
	cpuNumber    = "cpu"    // seconds of a processor
)

// reach says what keeps the load from reaching the service. Where the loopback
// interface is off, one can listen there all the same.
func reach(ctx context.Context, address string) error {
	conn, err := (&net.Dialer{Timeout: patience}).DialContext(ctx, "tcp", address)
	if err != nil {
		return noLoopback(err)
	}
	return conn.Close()
}

// noLoopback says what keeps a lab from listening on this machine, or from
// reaching what listens there.
func noLoopback(err error) error {
	what, do := "the lab cannot use 127.0.0.1", "allow local connections, for example in a container's or a firewall's settings"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		what, do = "the lab finds no free port on 127.0.0.1", "end programs that hold many connections"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		what, do = "the lab may not open further files", "close other programs, or raise the limit that `ulimit -n` shows"
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.ENETDOWN):
		do = "switch the loopback interface on, for example with `ip link set lo up`"
	}
	return fmt.Errorf("%s (%w): %s", what, err, do)
}
