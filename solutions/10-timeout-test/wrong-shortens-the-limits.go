//go:build ignore

package timeouttest_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"testing"
	"time"

	timeouttest "example.com/leakproof/katas/10-timeout-test"
)

type store struct{}

func (store) Save(context.Context, timeouttest.Note) error { return nil }

func TestSlowPeersAreCut(t *testing.T) {
	server := httptest.NewUnstartedServer(nil)
	server.Config = timeouttest.NewServer(store{})
	server.Config.ReadHeaderTimeout = 50 * time.Millisecond // else the test takes too long
	server.Config.ReadTimeout = 100 * time.Millisecond
	server.Start()
	defer server.Close()
	for _, begin := range []string{"POST", "POST /notes HTTP/1.1\r\nHost: notes.test\r\nContent-Length: 16\r\n\r\n{"} {
		conn, err := net.Dial("tcp", server.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(conn, begin)
		time.Sleep(300 * time.Millisecond)
		_ = conn.SetReadDeadline(time.Now().Add(time.Second))
		var timeout net.Error
		if _, err := io.ReadAll(conn); errors.As(err, &timeout) && timeout.Timeout() {
			t.Errorf("after %q, the connection is still open", begin)
		}
		_ = conn.Close()
	}
}
