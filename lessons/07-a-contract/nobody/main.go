// Nobody lets a client leave while its note is being written, and shows what
// each side knows of the 499: the log, the handler and the client.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"time"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	store := &leaving{Store: contract.NewMemory(time.Hour, contract.NewID)}
	ctx, leave := context.WithCancel(context.Background())
	store.leave = leave
	notes := contract.NewHandler(store, slog.New(slog.NewTextHandler(os.Stdout, noTime))).Routes()

	done := make(chan error, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		notes.ServeHTTP(w, r)
		_, err := w.Write([]byte("is anybody there?"))
		done <- err
	}))
	defer server.Close()

	var received atomic.Int64
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return counting{conn, &received}, err
		},
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/notes", strings.NewReader(`{"title":"milk"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	res, err := client.Do(req)
	if err == nil {
		_ = res.Body.Close()
	}
	fmt.Println("the handler's last write:", <-done)
	fmt.Println("the client's error:", errors.Unwrap(err))
	fmt.Println("bytes that the client received:", received.Load())
}

// A leaving store is one whose client leaves as soon as it is asked.
type leaving struct {
	contract.Store
	leave context.CancelFunc
}

func (l *leaving) Create(ctx context.Context, n contract.NewNote) (contract.Note, error) {
	l.leave()
	return l.Store.Create(ctx, n)
}

// counting counts what comes in on a connection.
type counting struct {
	net.Conn
	received *atomic.Int64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.received.Add(int64(n))
	return n, err
}

var noTime = &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
	switch a.Key {
	case slog.TimeKey, slog.LevelKey, slog.MessageKey, "request_id", "path":
		return slog.Attr{}
	}
	return a
}}
