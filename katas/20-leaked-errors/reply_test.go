package leakederrors_test

import (
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A reply is an answer as the client reads it.
type reply struct {
	status int
	header http.Header
	body   string
	raw    string // status line, headers, body and trailers
}

// A writer records an answer and each final status that is given to it.
type writer struct {
	*httptest.ResponseRecorder
	statuses []int
}

func (w *writer) WriteHeader(status int) {
	if status >= 200 {
		w.statuses = append(w.statuses, status)
	}
	w.ResponseRecorder.WriteHeader(status)
}

func send(t *testing.T, h http.Handler, r *http.Request) reply {
	t.Helper()
	w := &writer{ResponseRecorder: httptest.NewRecorder()}
	func() {
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("%s %s: the panic %.60q left the handler;\nit is answered like every other failure (Keep 5)", r.Method, r.URL.Path, fmt.Sprint(p))
			}
		}()
		h.ServeHTTP(w, r)
	}()
	if len(w.statuses) > 1 {
		t.Errorf("%s %s was answered more than once, with the statuses %v;\na request has one answer, and its handler is over then (Restore 1)", r.Method, r.URL.Path, w.statuses)
	}
	res := w.Result()
	var raw strings.Builder
	fmt.Fprintf(&raw, "HTTP/1.1 %s\n", res.Status)
	_ = res.Header.Write(&raw) // a strings.Builder takes everything
	raw.WriteString("\n" + w.Body.String() + "\n")
	_ = res.Trailer.Write(&raw)
	return reply{res.StatusCode, res.Header, w.Body.String(), raw.String()}
}

// A failure is the part of an answer that the brief pins down.
type failure struct{ code, requestID string }

// failure reads the answer to a request that failed.
func (g reply) failure(t *testing.T) failure {
	t.Helper()
	var body map[string]any
	dec := json.NewDecoder(strings.NewReader(g.body))
	err := dec.Decode(&body)
	inner, _ := body["error"].(map[string]any)
	code, _ := inner["code"].(string)
	message, _ := inner["message"].(string)
	id, _ := body["request_id"].(string)
	media, _, _ := mime.ParseMediaType(g.header.Get("Content-Type"))
	wrong := ""
	switch {
	case media != "application/json":
		wrong = fmt.Sprintf("its Content-Type is %q", g.header.Get("Content-Type"))
	case err != nil:
		wrong = "its body is not a JSON object: " + err.Error()
	case dec.Decode(new(any)) != io.EOF:
		wrong = "something follows the first JSON value of its body"
	case code == "":
		wrong = "error.code is missing, empty or no text"
	case message == "":
		wrong = "error.message is missing, empty or no text"
	case id == "":
		wrong = "request_id is missing, empty or no text"
	}
	if wrong != "" {
		t.Fatalf("a failure was answered %d, and %s (%.80q);\nit is application/json with an \"error\" of \"code\" and \"message\", and a \"request_id\" (Restore 1)", g.status, wrong, g.body)
	}
	return failure{code, id}
}

// requestID is the one of a failure, "" if that has none.
func (g reply) requestID() string {
	var body struct {
		ID string `json:"request_id"`
	}
	_ = json.Unmarshal([]byte(g.body), &body) // the shape is for failure
	return body.ID
}

// refuseLeak fails when 12 characters in a row of a detail are in the answer.
// Fewer could be there by chance.
func refuseLeak(t *testing.T, got reply, what string, hidden ...detail) {
	t.Helper()
	raw := strings.ToLower(got.raw)
	for _, d := range hidden {
		for _, p := range d.pieces() {
			for i := 0; i+12 <= len(p); i++ {
				if at := strings.Index(raw, p[i:i+12]); at >= 0 {
					t.Fatalf("%s reached the client;\nno text of an error reaches a client (Restore 2): ...%.120q", what, raw[max(0, at-40):])
				}
			}
		}
	}
}
