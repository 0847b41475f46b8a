package relay_test

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/team/relay/wire"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

var someEvents = []room.Event{{ID: "s-1", Kind: room.Reset, Kata: "01-open-file"}}

// send sends an event through the relay. A board that is never done with it fails the test by its time.
func send(t *testing.T, board string) error {
	t.Helper()
	return room.NewClient(board, "token-1", built).Send(t.Context(), someEvents)
}

// raw is an address that answers each connection with some bytes and hangs up.
func raw(t *testing.T, answer string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Read(make([]byte, 64<<10)) // or what is written is lost with it
			_, _ = io.WriteString(c, answer)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}

func serve(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s.URL
}

func TestABoardIsAskedAndAnswers(t *testing.T) {
	board := &roomtest.Board{}
	address := serve(t, board.ServeHTTP)
	joined, err := room.NewClient(address, "", built).Join(t.Context(), room.JoinRequest{Code: roomtest.Code})
	if err != nil || joined.Name != "Quiet Heron" {
		t.Fatalf("%+v, %v", joined, err)
	}
	c := room.NewClient(address, joined.Token, built)
	if err := c.Send(t.Context(), someEvents); err != nil {
		t.Error(err)
	}
	if got := board.Lines(); got != "1" {
		t.Errorf("the board has the lines %q", got)
	}
	if err := c.Delete(t.Context()); err != nil {
		t.Error(err)
	}
}

// What a board can do over a network, and what is said of it.
func TestABoardThatMisbehavesIsAFailure(t *testing.T) {
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
	unused, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone := "http://" + unused.Addr().String()
	if err := unused.Close(); err != nil {
		t.Fatal(err)
	}
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an unknown certificate was trusted") }))
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	t.Cleanup(secure.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})

	for what, test := range map[string]struct{ board, want string }{
		"nobody there":           {gone, "does not answer: "}, // each system has its own words
		"hangs up":               {raw(t, ""), "does not answer: it ended the connection"},
		"hangs up in the middle": {raw(t, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"), "does not answer: it ended the connection"},
		"no HTTP":                {raw(t, "SSH-2.0-\x1b[2J\u202e\n"), "does not answer: net/http: HTTP/1.x transport connection broken: malformed HTTP"},
		"headers without an end": {raw(t, "HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1<<20)), "server response headers exceeded"},
		"a long header":          {raw(t, "HTTP/1.1 302 Found\r\nLocation: http://evil/"+strings.Repeat("x", 40<<10)+"\r\n\r\n"), "sends us on to http://evil/xxx"},
		"a redirect": {serve(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere, http.StatusPermanentRedirect)
		}), "sends us on to " + elsewhere},
		"an unknown certificate": {secure.URL, "does not answer: tls: failed to verify certificate"},
		"HTTP in place of HTTPS": {strings.Replace(plain, "http:", "https:", 1), "server gave HTTP response to HTTPS client"},
		"a body without an end":  {serve(t, endless), "not as a board"},
		"pretends that it is gzip": {serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Accept-Encoding") != "" {
				t.Error("the board was asked to compress")
			}
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte{0x1f, 0x8b, 8})
		}), "not as a board"},
	} {
		t.Run(what, func(t *testing.T) {
			err := send(t, test.board)
			var f *room.Failure
			if !errors.As(err, &f) || !strings.Contains(f.Says, test.want) || len(f.Says) > 400 || strings.ContainsAny(f.Says, "\x1b\n\u202e") {
				t.Errorf("%v, want %q", err, test.want)
			}
		})
	}
}

func endless(w http.ResponseWriter, r *http.Request) {
	for r.Context().Err() == nil {
		if _, err := w.Write(make([]byte, 32<<10)); err != nil {
			return
		}
	}
}

// silent is a board that never answers. It says when a request came, and when it was given up.
func silent(t *testing.T) (address string, came, gone chan struct{}) {
	came, gone = make(chan struct{}, 1), make(chan struct{}, 1)
	return serve(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		came <- struct{}{}
		<-r.Context().Done()
		gone <- struct{}{}
	}), came, gone
}

func TestTheEndOfAContextEndsTheRelay(t *testing.T) {
	address, came, gone := silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- room.NewClient(address, "token-1", built).Send(ctx, someEvents) }()
	<-came
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	<-gone
}

// However the workbook ends, its relay ends too.
func TestNothingIsLeftOfAWorkbookThatWasKilled(t *testing.T) {
	address, came, gone := silent(t)
	workbook := exec.Command(os.Args[0])
	workbook.Env = append(os.Environ(), fakeWorkbook+"="+address, "RELAY_TEST_FILE="+built.File)
	if err := workbook.Start(); err != nil {
		t.Fatal(err)
	}
	<-came
	if err := workbook.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := workbook.Wait(); err == nil {
		t.Error("it ended well")
	}
	<-gone
}

// A view is told when it comes, and not when the stream ends.
func TestAStreamIsReadAsItComes(t *testing.T) {
	next, gone := make(chan string), make(chan struct{})
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for {
			select {
			case name := <-next:
				_, _ = fmt.Fprintf(w, "event: view\ndata: {\"schema\":%q,\"room\":%q}\n\n", room.Schema, name)
				_ = http.NewResponseController(w).Flush()
			case <-r.Context().Done():
				close(gone)
				return
			}
		}
	})
	ctx, cancel := context.WithCancel(t.Context())
	seen, done := make(chan string), make(chan error)
	go func() {
		done <- room.NewClient(address, "secret", built).Watch(ctx, func(s room.Seen) { seen <- s.View.Room })
	}()
	for _, name := range []string{"one", "two"} {
		next <- name
		if got := <-seen; got != name {
			t.Errorf("a view of %q, want %q", got, name)
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-gone
}

func TestTheProxyOfTheEnvironmentIsAsked(t *testing.T) {
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		roomtest.Refuse(w, 403, room.Forbidden, "This is a proxy, asked for "+r.URL.String())
	}))
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("http_proxy", proxy.URL)
	if err := send(t, "http://board.invalid"); err == nil || !strings.Contains(err.Error(), "asked for http://board.invalid/api/events") {
		t.Error(err)
	}
	proxy.Close()
	if err := send(t, "http://board.invalid"); err == nil || !strings.Contains(err.Error(), "board.invalid does not answer: the proxy on the way there: ") {
		t.Error(err)
	}
}

func TestABoardWithHTTP2(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not run: no variable names certificates to trust here")
	}
	board := &roomtest.Board{}
	proto := make(chan string, 1)
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		proto <- r.Proto
		board.ServeHTTP(w, r)
	}))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	file := filepath.Join(t.TempDir(), "cert.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file)
	if _, err := room.NewClient(s.URL, "", built).Join(t.Context(), room.JoinRequest{Code: roomtest.Code}); err != nil {
		t.Error(err)
	}
	if got := <-proto; got != "HTTP/2.0" {
		t.Error(got)
	}
}

// Other users can see what a process is started with.
func TestTheRelayIsStartedWithNoSecret(t *testing.T) {
	t.Setenv("LEAKPROOF_SECRET", "f_secret")
	t.Setenv(fakeRelay, "what it is started with")
	answer, err := relay.Process{File: os.Args[0]}.Do(t.Context(), wire.Request{
		Method: "GET", URL: "http://board.test", Header: map[string]string{"Authorization": "Bearer t_secret"}, Body: []byte("b_secret"),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(answer.Body)
	if err != nil || !strings.Contains(string(said), fakeRelay) {
		t.Errorf("%d bytes, %v", len(said), err)
	}
	for line := range strings.Lines(string(said)) { // the others are nobody's business
		if strings.Contains(line, "secret") {
			t.Errorf("it is started with %s", line)
		}
	}
}

// What is wrong here is not put down to the board.
func TestARelayThatIsBrokenIsSaid(t *testing.T) {
	for said, want := range map[string]string{
		"a panic":     "what talks to the board has ended (exit status 2) panic: no memory",
		"hello":       "does not begin with the head of an answer",
		"a long head": "what talks to the board has ended",
	} {
		t.Setenv(fakeRelay, said)
		err := room.NewClient("http://board.test", "token-1", relay.Process{File: os.Args[0]}).Send(t.Context(), someEvents)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "board.test") {
			t.Errorf("%s: %v", said, err)
		}
	}
	t.Setenv(fakeRelay, "nothing")
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := room.NewClient("http://board.test", "token-1", relay.Process{File: os.Args[0]}).Send(ctx, someEvents); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one that hangs: %v", err)
	}
	file := filepath.Join(t.TempDir(), "relay.exe")
	if err := os.WriteFile(file, []byte("no program"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := room.NewClient("http://board.test", "token-1", relay.Process{File: file}).Send(t.Context(), someEvents)
	if err == nil || !strings.Contains(err.Error(), "what talks to the board cannot be started") || strings.Contains(err.Error(), "board.test") {
		t.Errorf("no program: %v", err)
	}
}
