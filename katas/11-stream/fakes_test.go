package stream_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	stream "example.com/leakproof/katas/11-stream"
	"example.com/leakproof/katas/internal/kit"
	"example.com/leakproof/katas/internal/kit/network"
)

// A store is a fake with one note. A few changes may wait for each watch.
type store struct {
	mu      sync.Mutex
	watches map[chan stream.Note]bool
}

func (s *store) Watch(string) (<-chan stream.Note, func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan stream.Note, 16)
	s.watches[c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end(c)
	}
}

func (s *store) end(c chan stream.Note) {
	if s.watches[c] {
		delete(s.watches, c)
		close(c)
	}
}

// change gives the note these titles, one after another.
func (s *store) change(titles ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, title := range titles {
		for c := range s.watches {
			c <- stream.Note{ID: "n-1", Title: title}
		}
	}
}

// delete deletes the note.
func (s *store) delete() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.watches {
		s.end(c)
	}
}

// watching returns how many watches the store keeps.
func (s *store) watching() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.watches)
}

// linger is longer than a write to a client may take.
const linger = 15 * time.Second

// A site is the handler in a server that gives each response 5s.
type site struct {
	store
	handler http.Handler
	network *network.Listener
	cancel  context.CancelFunc // ends the contexts of all requests
	running kit.Gauge          // handlers
	late    atomic.Int32       // writes to responses whose handlers had returned
	flushed func()             // called when a page has what was written, before Flush returns
}

func open(t *testing.T) *site {
	x := &site{store: store{watches: map[chan stream.Note]bool{}}, flushed: func() {}}
	x.handler = stream.NewHandler(&x.store)
	ctx, cancel := context.WithCancel(context.Background())
	x.cancel = cancel
	x.network = network.Serve(t, &http.Server{Handler: x, WriteTimeout: 5 * time.Second,
		BaseContext: func(net.Listener) context.Context { return ctx }})
	t.Cleanup(func() {
		x.delete()
		cancel()
		time.Sleep(linger)
	})
	return x
}

// ServeHTTP has the handler answer. If the request's context has ended then, it
// notices what is written later.
func (x *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, out := r.Context(), &writer{ResponseWriter: w, flushed: x.flushed}
	defer func() {
		if before := out.writes.Load(); ctx.Err() != nil {
			time.Sleep(linger)
			x.late.Add(out.writes.Load() - before)
		}
	}()
	defer x.running.Enter()()
	x.handler.ServeHTTP(out, r)
}

// A writer counts what is written to it.
type writer struct {
	http.ResponseWriter
	flushed func()
	writes  atomic.Int32
}

func (w *writer) Write(p []byte) (int, error) {
	defer w.writes.Add(1)
	return w.ResponseWriter.Write(p)
}

func (w *writer) FlushError() error {
	defer w.writes.Add(1)
	defer w.flushed()
	return http.NewResponseController(w.ResponseWriter).Flush()
}

func (w *writer) Flush()                      { _ = w.FlushError() }
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// A page is a client that shows the note.
type page struct {
	conn   net.Conn
	reads  bool
	done   chan struct{}
	header http.Header
	events []string // the title after a change, and "deleted"
	got    atomic.Int32
}

// show opens a page and waits until nothing happens any more. Unless it reads, the
// page takes the header and nothing else.
func (x *site) show(t *testing.T, reads bool) *page {
	t.Helper()
	conn, err := x.network.Dial(t.Context())
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	p := &page{conn: conn, reads: reads, done: make(chan struct{})}
	t.Cleanup(p.leave)
	go p.read()
	if _, err := io.WriteString(conn, "GET /notes/n-1/changes HTTP/1.1\r\nHost: notes.test\r\n\r\n"); err != nil {
		t.Fatalf("send the request: %v", err)
	}
	synctest.Wait()
	return p
}

// leave closes the page.
func (p *page) leave() {
	_ = p.conn.Close()
	<-p.done
}

func (p *page) read() {
	defer close(p.done)
	res, err := http.ReadResponse(bufio.NewReader(p.conn), nil)
	if err != nil {
		return
	}
	p.header = res.Header
	if !p.reads {
		return
	}
	var name, data string
	lines := bufio.NewScanner(res.Body)
	for len(p.events) < 6 && lines.Scan() { // no test has as many
		switch field, value, _ := strings.Cut(lines.Text(), ": "); {
		case field == "event":
			name = value
		case field == "data":
			data = value
		case lines.Text() == "" && name+data != "":
			p.events = append(p.events, event(name, data))
			p.got.Add(1)
			name, data = "", ""
		}
	}
}

// event is what a page remembers of one.
func event(name, data string) string {
	var note stream.Note
	switch {
	case name == "deleted":
		return name
	case name == "changed" && json.Unmarshal([]byte(data), &note) == nil && note.ID == "n-1":
		return note.Title
	}
	return name + " " + data
}

// left returns how long handlers go on: "" if none does, once nothing happens any
// more.
func (x *site) left() string {
	synctest.Wait()
	if x.running.Live() == 0 {
		return ""
	}
	for seconds := range 3600 {
		time.Sleep(time.Second)
		if synctest.Wait(); x.running.Live() == 0 {
			return fmt.Sprintf("returned %v later", time.Duration(seconds+1)*time.Second)
		}
	}
	return "was still running an hour later"
}
