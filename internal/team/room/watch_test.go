package room

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/team/relay/wire"
)

// boards answers one request after the other, without a network; the last one answers all that follow.
type boards []func(body *io.PipeWriter) wire.Answer

func (*boards) Ready(context.Context, func()) error { return nil }

func (b *boards) Do(ctx context.Context, req wire.Request) (*Response, error) {
	answer := (*b)[0]
	if len(*b) > 1 {
		*b = (*b)[1:]
	}
	if answer == nil {
		return nil, &wire.Failure{Cause: "connection refused"}
	}
	if got := req.Method + " " + req.URL + " " + req.Header["Authorization"]; got != "GET http://board/api/stream Bearer secret" {
		return nil, &wire.Failure{Cause: "asked for " + got}
	}
	body, writer := io.Pipe()
	context.AfterFunc(ctx, func() { _ = writer.CloseWithError(context.Cause(ctx)) })
	return &Response{Answer: answer(writer), Body: body}, nil
}

// stream sends what it is given and then stays silent. "" ends it, and "cut" cuts it off.
func stream(parts ...string) func(*io.PipeWriter) wire.Answer {
	return func(w *io.PipeWriter) wire.Answer {
		go func() { // ends with the request
			for _, part := range parts {
				switch part {
				case "":
					_ = w.Close()
				case "cut":
					_ = w.CloseWithError(&wire.Failure{Cause: wire.Ended})
				}
				_, _ = io.WriteString(w, part)
			}
		}()
		return wire.Answer{Status: 200, Header: map[string]string{"Content-Type": "text/event-stream"}}
	}
}

func refuse(status int, body string, header map[string]string) func(*io.PipeWriter) wire.Answer {
	return func(w *io.PipeWriter) wire.Answer {
		go func() { _, _ = io.WriteString(w, body); _ = w.Close() }()
		return wire.Answer{Status: status, Header: header}
	}
}

func sent(name string) string {
	data, err := json.Marshal(View{Schema: Schema, Room: name})
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(": hello\n\nevent: view\ndata: %s\n\n", data)
}

func TestWatch(t *testing.T) {
	jsonHeader := map[string]string{"Content-Type": "application/json"}
	tests := map[string]struct {
		boards boards
		want   []string // views, and why none came with how long it waits
		err    string
	}{
		"each view": {boards{stream(sent("one"), sent("two"))}, []string{"one", "two", "lost: board has said nothing for 45 s, again in [0.5 1]"}, ""},
		"lost, back, lost": {
			boards{stream(sent("one"), ""), nil, nil, nil, stream(sent("two"), "cut"), nil},
			[]string{
				"one", "lost: board ended the connection, again in [0.5 1]", "lost: board does not answer: connection refused, again in [1 2]",
				"lost: board does not answer: connection refused, again in [2 4]", "lost: board does not answer: connection refused, again in [4 8]",
				"two", "lost: board ended the connection, again in [0.5 1]",
			}, "",
		},
		"gone for long": {
			boards{nil},
			[]string{
				"lost: board does not answer: connection refused, again in [0.5 1]", "lost: board does not answer: connection refused, again in [1 2]",
				"lost: board does not answer: connection refused, again in [2 4]", "lost: board does not answer: connection refused, again in [4 8]",
				"lost: board does not answer: connection refused, again in [8 16]", "lost: board does not answer: connection refused, again in [15 30]",
				"lost: board does not answer: connection refused, again in [15 30]",
			}, "",
		},
		"another event, and half a view": {boards{stream("event: other\ndata: 1\n\nevent: view\ndata: {", "")}, []string{"lost: board ended the connection, again in [0.5 1]"}, ""},
		"a wrong secret": {
			boards{refuse(401, `{"error":{"code":"bad_token","message":"This is not the secret of the room."}}`, jsonHeader)}, nil,
			"the board says: This is not the secret of the room.",
		},
		"asked to wait": {
			boards{refuse(429, `{"error":{"code":"slow_down","message":"Too many streams."}}`, map[string]string{"Content-Type": "application/json", "Retry-After": "70"}), stream(sent("one"))},
			[]string{"lost: the board says: Too many streams., again in [70 70]", "one"}, "",
		},
		"another server":      {boards{refuse(200, "<html>", map[string]string{"Content-Type": "text/html"})}, nil, "board answers (status 200), but not as a board of this version of Leakproof does"},
		"another version":     {boards{stream("event: view\ndata: {\"schema\":\"leakproof.room/2\"}\n\n")}, nil, "board answers (status 200), but not as a board of this version of Leakproof does"},
		"sent somewhere else": {boards{refuse(302, "", map[string]string{"Location": "http://evil/"})}, nil, "board sends us on to http://evil/, where we do not follow"},
		"a name that steers":  {boards{stream(sent("\x1b[31mred\u202e\n2"))}, []string{"[31mred"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				var got []string
				client := NewClient("http://board", "secret", &test.boards)
				err := client.Watch(ctx, func(s Seen) {
					word := s.View.Room
					if s.Lost != nil {
						word = "lost: " + s.Lost.Error() + ", again in "
						if n := len(got); n < len(test.want) {
							word += within(s.Wait, test.want[n])
						}
					}
					if got = append(got, word); len(got) >= len(test.want) {
						cancel()
					}
				})
				cancel()
				if test.err == "" && !errors.Is(err, context.Canceled) || test.err != "" && (err == nil || err.Error() != test.err) {
					t.Errorf("the watch ended with %v, want %q", err, test.err)
				}
				if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
					t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
				}
			})
		})
	}
}

// within is the range at the end of want where d lies in it, and d elsewhere.
func within(d time.Duration, want string) string {
	var low, high float64
	at := strings.LastIndexByte(want, '[')
	if at < 0 {
		return d.String()
	}
	if _, err := fmt.Sscanf(want[at:], "[%g %g]", &low, &high); err != nil || d.Seconds() < low || d.Seconds() > high {
		return d.String()
	}
	return want[at:]
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Minute: "less than a minute", 59 * time.Second: "less than a minute", time.Minute: "1 min", 59*time.Minute + 59*time.Second: "59 min",
		time.Hour: "1 h", 61 * time.Minute: "1 h 1 min", 23*time.Hour + 59*time.Minute: "23 h 59 min", 24 * time.Hour: "1 day", 47 * time.Hour: "1 day",
		48 * time.Hour: "2 days", 80 * time.Hour: "3 days",
	} {
		if got := Span(d); got != want {
			t.Errorf("Span(%v) = %q, want %q", d, got, want)
		}
	}
}
