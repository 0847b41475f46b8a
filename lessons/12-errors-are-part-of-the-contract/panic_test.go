package contract_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"

	contract "example.com/leakproof/lessons/12-errors-are-part-of-the-contract"
)

// panicking is a store's Get that panics with v.
func panicking(v any) func(context.Context, string) (contract.Note, error) {
	return func(context.Context, string) (contract.Note, error) { panic(v) }
}

// A bug and a wish to hang up look the same to the client. Only the bug is
// in the server's log, with its stack.
func TestTheServerLogsAPanicAndHangsUp(t *testing.T) {
	for value, logged := range map[any]bool{"a bug": true, http.ErrAbortHandler: false} {
		res, _, serverLog := ask(t, func(http.ResponseWriter, *http.Request) { panic(value) })
		if res != nil {
			t.Errorf("panic(%v): status %d, want none", value, res.StatusCode)
		}
		if !logged && serverLog != "" {
			t.Errorf("panic(%v): the server logged %q, want nothing", value, serverLog)
		}
		for _, part := range []string{"panic serving", "a bug", "panic_test.go:"} {
			if logged && !strings.Contains(serverLog, part) {
				t.Errorf("panic(%v): the server logged %q, want %q in it", value, serverLog, part)
			}
		}
	}
}

// The same bug, once in the handler's goroutine and once in another one. The
// second takes the process with it, so it has one of its own.
func TestAPanicElsewhereEndsTheProcess(t *testing.T) {
	switch os.Getenv("CONTRACT_PANIC") {
	case "in the handler":
		serveWith(t.Context(), "ada", panicking("a bug"))
		os.Exit(0)
	case "elsewhere":
		serveWith(t.Context(), "ada", func(ctx context.Context, _ string) (contract.Note, error) {
			go func() { panic("a bug") }()
			<-ctx.Done() // the panic comes first
			return contract.Note{}, ctx.Err()
		})
	}
	for where, survives := range map[string]bool{"in the handler": true, "elsewhere": false} {
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestAPanicElsewhereEndsTheProcess$")
		child.Env = append(os.Environ(), "CONTRACT_PANIC="+where, "GORACE=atexit_sleep_ms=0")
		out, err := child.CombinedOutput()
		if (err == nil) != survives || strings.Contains(string(out), "panic: a bug") == survives {
			t.Errorf("%s: %v, want a process that lives on: %v\n%s", where, err, survives, out)
		}
	}
}

// One record with the value and the stack; an answer without either. That the
// value is a known error makes no difference.
func TestAPanicIsAnsweredLikeAnyFailure(t *testing.T) {
	for _, value := range []any{"10.20.4.17", errors.New("10.20.4.17"), contract.ErrNotFound} {
		rec, records := serveWith(t.Context(), "ada", panicking(value))
		if rec.Code != 500 || !strings.Contains(rec.Body.String(), `"internal"`) {
			t.Errorf("panic(%v): answered %d %s, want 500 internal", value, rec.Code, rec.Body)
		}
		if answer := rec.Body.String(); strings.Contains(answer, "10.20.4.17") || strings.Contains(answer, ".go") {
			t.Errorf("panic(%v): the answer shows the inside: %s", value, answer)
		}
		if len(records) != 1 || records[0]["level"] != "ERROR" {
			t.Fatalf("panic(%v): %v, want one record at ERROR", value, records)
		}
		if text, _ := records[0]["error"].(string); !strings.Contains(text, "panicking") || !strings.HasPrefix(text, "panic: ") {
			t.Errorf("panic(%v): logged %q, want the value and the stack", value, text)
		}
	}
	defer func() {
		if p := recover(); p != http.ErrAbortHandler {
			t.Errorf("ErrAbortHandler became %v, want it passed on", p)
		}
	}()
	serveWith(t.Context(), "ada", panicking(http.ErrAbortHandler))
}

// Half an answer is out. A 500 is written behind it, under status 200; after
// ErrAbortHandler the client knows that a part is missing.
func TestAfterTheFirstByteA500IsTooLate(t *testing.T) {
	half := func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, "half")
		_ = http.NewResponseController(w).Flush()
	}
	res, body, _ := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		half(w)
		http.Error(w, "internal", http.StatusInternalServerError)
	})
	if res == nil || res.StatusCode != 200 || body != "halfinternal\n" {
		t.Errorf("a late 500: %v %q, want 200 with both texts", res, body)
	}
	if _, body, _ = ask(t, func(w http.ResponseWriter, _ *http.Request) {
		half(w)
		panic(http.ErrAbortHandler)
	}); body != "half, then "+io.ErrUnexpectedEOF.Error() {
		t.Errorf("ErrAbortHandler: %q, want half a body and an error", body)
	}
}

// ask asks a server with that handler once. It returns the response, nil if
// there was none, its body up to the first error, and the server's log.
func ask(t *testing.T, handler http.HandlerFunc) (res *http.Response, body, serverLog string) {
	t.Helper()
	var buf bytes.Buffer
	server := httptest.NewUnstartedServer(handler)
	server.Config.ErrorLog = log.New(&buf, "", 0)
	server.Start()
	res, err := server.Client().Get(server.URL)
	if err == nil {
		text, err := io.ReadAll(res.Body)
		if body = string(text); err != nil {
			body += ", then " + err.Error()
		}
		_ = res.Body.Close()
	}
	server.Close() // from here on, nothing is logged
	return res, body, buf.String()
}
