package tree

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

const (
	get        = "GET / HTTP/1.1\r\nHost: notes\r\n\r\n"
	post       = "POST / HTTP/1.1\r\nHost: notes\r\nContent-Length: 8\r\n\r\n# a note"
	firstChunk = "POST / HTTP/1.1\r\nHost: notes\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"
)

// leaving sends texts one after the other, closes the connection 1 s later,
// and returns how long the step inside the handler then went on.
func leaving(t *testing.T, handler func(Step) http.Handler, texts ...string) (took time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		returned := make(chan bool)
		h := handler(func(ctx context.Context) error {
			defer close(returned)
			err = hour(ctx)
			took = time.Since(start)
			return errors.New("enough was seen")
		})
		conn, dialErr := pipenet.Serve(t, &http.Server{Handler: h}).Dial(t.Context(), "", "")
		if dialErr != nil {
			t.Fatal(dialErr)
		}
		for _, text := range texts {
			if _, err := io.WriteString(conn, text); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Second)
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		<-returned
		synctest.Wait()
	})
	return took, err
}

func naive(quota Step) http.Handler { return serve((&Import{Quota: quota}).SaveNaive) }

func readFirst(quota Step) http.Handler { return serve((&Import{Quota: quota}).Save) }

// serve answers 503 where save fails.
func serve(save func(http.ResponseWriter, *http.Request) error) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := save(w, r); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
}

func TestTheDisconnectIsNotSeenBeforeTheBody(t *testing.T) {
	if took, err := leaving(t, naive, post); took != time.Hour || err != nil {
		t.Errorf("%v after %v, want the whole hour", err, took)
	}
}

func TestTheDisconnectIsSeenOnceTheBodyIsRead(t *testing.T) {
	if took, err := leaving(t, readFirst, post); took != time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("%v after %v, want %v after 1s", err, took, context.Canceled)
	}
}

func TestWithoutABodyTheDisconnectIsSeen(t *testing.T) {
	if took, err := leaving(t, naive, get); took != time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("%v after %v, want %v after 1s", err, took, context.Canceled)
	}
}

// A deadline is a timer: it works without a look at the connection.
func TestADeadlineNeedsNoConnection(t *testing.T) {
	budgeted := func(quota Step) http.Handler { return WithBudget(naive(quota)) }
	if took, err := leaving(t, budgeted, post); took != 2*time.Second || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v after %v, want %v after 2s", err, took, context.DeadlineExceeded)
	}
}

// The client leaves in the middle of its body: the read fails, and so does
// the context.
func TestLeavingInTheMiddleOfTheBodyIsSeen(t *testing.T) {
	halfRead := func(step Step) http.Handler {
		return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if _, err := io.ReadAll(r.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("reading half a body: %v", err)
			}
			_ = step(r.Context())
		})
	}
	if took, err := leaving(t, halfRead, post[:len(post)-4]); took != time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("%v after %v, want %v after 1s", err, took, context.Canceled)
	}
}

// The body is still pending, and the server leaves it alone (full duplex).
// The client left at 1 s; at 2 s a write fails, and that ends the context.
func TestAFailedWriteNoticesTheDisconnect(t *testing.T) {
	writing := func(step Step) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rc := http.NewResponseController(w)
			if err := rc.EnableFullDuplex(); err != nil {
				t.Error(err)
			}
			time.Sleep(2 * time.Second)
			if r.Context().Err() != nil {
				t.Error("noticed before the write")
			}
			if err := rc.Flush(); err == nil {
				t.Error("the write to a closed connection did not fail")
			}
			_ = step(r.Context())
		})
	}
	if took, err := leaving(t, writing, post); took != 2*time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("%v after %v, want %v after 2s", err, took, context.Canceled)
	}
}

// Decode stops after one value. The end of a chunked body may come later,
// and net/http watches the connection only after it has been read.
func TestOneDecodeMayStopBeforeTheEnd(t *testing.T) {
	decode := func(more bool) func(Step) http.Handler {
		return func(step Step) http.Handler {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				dec := json.NewDecoder(r.Body)
				if err := dec.Decode(new(any)); err != nil {
					t.Error(err)
				}
				if more {
					if err := dec.Decode(new(any)); !errors.Is(err, io.EOF) {
						t.Error(err)
					}
				}
				_ = step(r.Context())
			})
		}
	}
	// A net.Pipe has no buffer, so the last chunk is sent only where the
	// handler reads it.
	if took, err := leaving(t, decode(false), firstChunk); took != time.Hour || err != nil {
		t.Errorf("one Decode: %v after %v, want the whole hour", err, took)
	}
	if took, err := leaving(t, decode(true), firstChunk, "0\r\n\r\n"); took != time.Second || !errors.Is(err, context.Canceled) {
		t.Errorf("up to the end: %v after %v, want %v after 1s", err, took, context.Canceled)
	}
}

// Values do not cross the wire.
func TestValuesStayInTheProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := ""
		h := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = RequestID(r.Context()) })
		r := httptest.NewRequestWithContext(WithRequestID(t.Context(), "4KQX"), http.MethodGet, "/", nil)
		h.ServeHTTP(httptest.NewRecorder(), r)
		if seen != "4KQX" {
			t.Errorf("in the process: %q", seen)
		}
		conn, err := pipenet.Serve(t, &http.Server{Handler: h}).Dial(r.Context(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Write(conn); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 1<<10)); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		if seen != "-" {
			t.Errorf("over the wire: %q, want none", seen)
		}
	})
}
