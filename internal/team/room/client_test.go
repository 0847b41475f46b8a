package room_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/internal/team/relay/direct"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const address = "http://board.test"

var someEvents = []room.Event{{ID: "s-1", Kind: room.Reset, Kata: "01-open-file"}, {ID: "s-2", Kind: room.Hint, Kata: "01-open-file", Tier: 1}}

// never answers until the client goes.
func never(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // or the server does not see it go
	<-r.Context().Done()
}

func says(status int, kind, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// endless answers with a status and then more than anybody can keep.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	chunk := []byte(strings.Repeat(" ", 32<<10))
	for range 1 << 30 / len(chunk) {
		if _, err := w.Write(chunk); err != nil || r.Context().Err() != nil {
			return
		}
	}
}

func trickle(w http.ResponseWriter, r *http.Request) {
	for _, b := range []byte(`{"schema":"leakproof.room/1","taken":2,"last":"s-2"}`) {
		_, _ = w.Write([]byte{b})
		_ = http.NewResponseController(w).Flush()
		select {
		case <-time.After(time.Minute):
		case <-r.Context().Done():
			return
		}
	}
}

func TestABoardThatMisbehavesIsAFailureInTime(t *testing.T) {
	for what, test := range map[string]struct {
		fault http.HandlerFunc
		want  string // of what the failure says
		code  string
		retry time.Duration
	}{
		"never answers":       {fault: never, want: "board.test does not answer in time"},
		"a byte a minute":     {fault: trickle, want: "board.test does not answer in time"},
		"a gigabyte":          {fault: endless, want: "not as a board"},
		"garbage":             {fault: says(200, "application/json", "\x00\xff{"), want: "answers (status 200), but not as a board"},
		"a page":              {fault: says(200, "text/html", "<title>Sign in</title>"), want: "not as a board"},
		"another schema":      {fault: says(200, "application/json", `{"schema":"leakproof.room/2","taken":2,"last":"s-2"}`), want: "not as a board"},
		"too few taken":       {fault: says(200, "application/json", `{"schema":"leakproof.room/1","taken":1,"last":"s-2"}`), want: "not as a board"},
		"others taken":        {fault: says(200, "application/json", `{"schema":"leakproof.room/1","taken":2,"last":"s-9"}`), want: "not as a board"},
		"another success":     {fault: says(204, "application/json", ``), want: "answers (status 204), but not as a board"},
		"an empty 500":        {fault: says(500, "text/plain", ""), want: "answers (status 500), but not as a board"},
		"an error of a proxy": {fault: says(401, "text/plain", "who are you?"), want: "answers (status 401), but not as a board"},
		"a 500": {
			fault: says(500, "application/json", `{"error":{"code":"internal","message":"The store is broken."}}`), want: "the board says: The store is broken.", code: room.Internal,
		},
		"escapes": {
			fault: says(422, "application/json", `{"error":{"code":"refused","message":"\u001b[2J\u202eevil\u0007\nmore"}}`), want: "the board says: [2Jevil", code: room.Refused,
		},
		"a long sentence": {
			fault: says(422, "application/json", `{"error":{"code":"refused","message":"`+strings.Repeat("x", 50<<10)+`"}}`), want: strings.Repeat("x", 200) + "...", code: room.Refused,
		},
		"a redirect": {
			fault: func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://evil.test/", http.StatusPermanentRedirect)
			},
			want: "board.test sends us on to http://evil.test/", code: "",
		},
		"wants time": {
			fault: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "70")
				roomtest.Refuse(w, 429, room.SlowDown, "Slow down.")
			}, want: "Slow down.", code: room.SlowDown, retry: 70 * time.Second,
		},
		"wants time until a date of its own clock": {
			fault: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Date", "Mon, 02 Jan 1995 15:04:05 GMT")
				w.Header().Set("Retry-After", "Mon, 02 Jan 1995 15:04:35 GMT")
				roomtest.Refuse(w, 503, room.Busy, "Busy.")
			}, want: "Busy.", code: room.Busy, retry: 30 * time.Second,
		},
		"wants a century": {
			fault: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "2000000000")
				roomtest.Refuse(w, 503, room.Busy, "Busy.")
			}, want: "Busy.", code: room.Busy, retry: 10 * time.Minute,
		},
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				board := &roomtest.Board{}
				board.Misbehave(test.fault)
				c := room.NewClient(address, "token-1", roomtest.Network(t, board))
				began := time.Now()
				err := c.Send(t.Context(), someEvents)
				var f *room.Failure
				if !errors.As(err, &f) {
					t.Fatalf("%v, want a failure", err)
				}
				if took := time.Since(began); took > 9*time.Second {
					t.Errorf("it took %s", took)
				}
				if !strings.Contains(f.Says, test.want) || len(f.Says) > 300 || strings.ContainsAny(f.Says, "\x1b\x07\n\u202e") {
					t.Errorf("it says %q, want %q", f.Says, test.want)
				}
				if f.Code != test.code || f.RetryAfter != test.retry || f.Unknown() {
					t.Errorf("code %q, retry after %s, unknown %t", f.Code, f.RetryAfter, f.Unknown())
				}
				if n := len(board.Requests()); n != 1 {
					t.Errorf("%d requests, want 1", n)
				}
			})
		})
	}
}

func TestTheEndOfAContextEndsARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		board.Misbehave(never)
		c := room.NewClient(address, "token-1", roomtest.Network(t, board))
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		began := time.Now()
		if err := c.Send(ctx, someEvents); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Millisecond {
			t.Errorf("%v after %s", err, time.Since(began))
		}
	})
}

func TestAClientJoinsSendsAndDeletes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		network := roomtest.Network(t, board)
		stranger := room.NewClient(address, "", network)
		var f *room.Failure
		if _, err := stranger.Join(t.Context(), room.JoinRequest{Code: "wrong"}); !errors.As(err, &f) || f.Code != room.Forbidden {
			t.Errorf("with a wrong code: %v", err)
		}
		joined, err := stranger.Join(t.Context(), room.JoinRequest{Code: roomtest.Code})
		if err != nil || joined.Name != "Quiet Heron" || joined.Room != "The room" {
			t.Fatalf("%+v, %v", joined, err)
		}
		c := room.NewClient(address, joined.Token, network)
		for range 2 {
			if err := c.Send(t.Context(), someEvents); err != nil {
				t.Error(err)
			}
		}
		if got := board.Lines(); got != "1 2" {
			t.Errorf("the board has the lines %q", got)
		}
		for range 2 { // the second time it knows nobody of that token
			if err := c.Delete(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := c.Send(t.Context(), someEvents); !errors.As(err, &f) || !f.Unknown() {
			t.Errorf("after that: %v", err)
		}
	})
}

func TestWhatABoardCallsSomebodyIsCleaned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		c := room.NewClient(address, "", roomtest.Network(t, board))
		const joined = `{"schema":"leakproof.room/1","participant":%q,"token":%q,"room":"\u001b]0;x\u0007Go\nx","name":"A\u202eb` + "%s" + `"}`
		board.Misbehave(says(201, "application/json", fmt.Sprintf(joined, "p_1", "t", strings.Repeat("c", 9000))))
		got, err := c.Join(t.Context(), room.JoinRequest{})
		if err != nil || got.Room != "]0;xGo" || !strings.HasPrefix(got.Name, "Abcc") || len(got.Name) > 200 {
			t.Errorf("%q, %q, %v", got.Room, got.Name, err)
		}
		for _, bad := range [][2]string{{"p_1", ""}, {"", "t"}, {"p_1", "a b"}, {"p_1", "a\u00e4"}, {"p_1", strings.Repeat("t", 257)}} {
			board.Misbehave(says(201, "application/json", fmt.Sprintf(joined, bad[0], bad[1], "")))
			if _, err := c.Join(t.Context(), room.JoinRequest{}); err == nil {
				t.Errorf("participant %q with token %q was taken", bad[0], bad[1])
			}
		}
	})
}

func TestAddresses(t *testing.T) {
	for given, want := range map[string]string{
		"http://192.0.2.7:8080":           "http://192.0.2.7:8080",
		" https://Board.example/ ":        "https://Board.example",
		"https://example.com/a%20b/room/": "https://example.com/a%20b/room",
		"http://[::1]:80":                 "http://[::1]:80",
		"192.0.2.7:8080":                  "",
		"board.example":                   "",
		"ftp://board.example":             "",
		"http://":                         "",
		"http://:80":                      "",
		"http://anna:secret@board":        "",
		"http://board/?code=ABC":          "",
		"http://board/#x":                 "",
		"http://board/\x1b[2J":            "",
	} {
		got, err := room.Address(given)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v", given, got, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "http://192.0.2.7:8080") || strings.Contains(err.Error(), "\x1b")) {
			t.Errorf("%q: %q", given, err)
		}
		if err != nil && !strings.Contains(given, "://") && !strings.Contains(err.Error(), "neither http:// nor https://") {
			t.Errorf("%q: %q", given, err)
		}
	}
}

func TestTheJoinLineNamesWhatOtherMachinesReach(t *testing.T) {
	v := room.View{Code: room.JoinCode{Code: "KWMHTRPC"}}
	if got := v.JoinLine("http://127.0.0.1:8080"); got != "leakproof join http://127.0.0.1:8080 KWMHTRPC" {
		t.Errorf("of an old board: %q", got)
	}
	v.Address, v.Code.Code = "http://192.0.2.7:8080", ""
	if got := v.JoinLine("http://127.0.0.1:8080"); got != "leakproof join http://192.0.2.7:8080" {
		t.Errorf("without a code: %q", got)
	}
}

func TestPlainHTTPToAnotherMachineIsReadable(t *testing.T) {
	for address, want := range map[string]bool{
		"http://192.0.2.7": true, "http://board": true, "http://localhost.evil.test": true, "http://0.0.0.0": true,
		"http://localhost:80": false, "http://127.3.2.1": false, "http://[::1]:80": false, "http://[::ffff:127.0.0.1]": false,
		"https://192.0.2.7": false,
	} {
		if room.Readable(address) != want {
			t.Errorf("%s: %t, want %t", address, !want, want)
		}
	}
}

// Whoever reads that the board does not answer looks at the board, so what is to blame is named.
func TestTheCauseIsNamed(t *testing.T) {
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", errors.New("connection refused"))}
	for want, proxy := range map[string]*url.URL{
		"board.test does not answer: connection refused":                                                nil,
		"board.test does not answer: the proxy on the way there: dial tcp: connect: connection refused": {Scheme: "http", Host: "proxy.test"},
	} {
		transport := direct.Transport()
		transport.Proxy = http.ProxyURL(proxy)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) { return nil, refused }
		if err := room.NewClient(address, "token-1", roomtest.Relay{HTTP: transport}).Send(t.Context(), someEvents); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
