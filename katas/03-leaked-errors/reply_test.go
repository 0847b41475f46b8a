package leakederrors_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/http/httptest"
	"slices"
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
				t.Errorf("%s %s: the panic %.60q left the handler;\nit is answered like every other failure", r.Method, r.URL.Path, fmt.Sprint(p))
			}
		}()
		h.ServeHTTP(w, r)
	}()
	if len(w.statuses) > 1 {
		t.Errorf("%s %s was answered more than once, with the statuses %v;\na request has one answer, and its handler is over then", r.Method, r.URL.Path, w.statuses)
	}
	res := w.Result()
	var raw strings.Builder
	fmt.Fprintf(&raw, "HTTP/1.1 %s\n", res.Status)
	_ = res.Header.Write(&raw) // a strings.Builder takes everything
	raw.WriteString("\n" + w.Body.String() + "\n")
	_ = res.Trailer.Write(&raw)
	return reply{res.StatusCode, res.Header, w.Body.String(), raw.String()}
}

// A failure is the part of an answer that the contract pins down.
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
		t.Fatalf("a failure was answered %d, and %s (%.80q);\nit is application/json with an \"error\" of \"code\" and \"message\", and a \"request_id\"", g.status, wrong, g.body)
	}
	return failure{code, id}
}

// refuseLeak fails when 12 characters in a row of a detail are in the answer.
// Fewer could be there by chance; contract 5 sees those.
func refuseLeak(t *testing.T, got reply, what string, details ...detail) {
	t.Helper()
	raw := strings.ToLower(got.raw)
	for _, d := range details {
		for _, p := range d.pieces() {
			for i := 0; i+12 <= len(p); i++ {
				if at := strings.Index(raw, p[i:i+12]); at >= 0 {
					t.Fatalf("%s reached the client;\na response holds no text of an error and none of the request's body: ...%.120q", what, raw[max(0, at-40):])
				}
			}
		}
	}
}

// refuseDifference fails when two answers differ in more than contract 5 allows.
func refuseDifference(t *testing.T, what string, a, b reply) {
	t.Helper()
	x, y := a.parts(t), b.parts(t)
	names := maps.Clone(x)
	maps.Copy(names, y)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if x[name] != y[name] {
			t.Fatalf("%s: two answers differ in %s;\nonly the request id may differ: %.100q and %.100q", what, name, x[name], y[name])
		}
	}
}

// parts are what a client can compare in an answer, without what may differ
// from one failure to the next of its kind.
func (g reply) parts(t *testing.T) map[string]string {
	t.Helper()
	id := g.failure(t).requestID
	parts := map[string]string{"the status": fmt.Sprint(g.status)}
	for key, values := range g.header {
		value := strings.Join(values, ", ")
		switch {
		case key == "Date" || key == "Content-Length": // request ids may differ in length
			continue
		case value == id || len(id) > 8: // a short one may be a number by chance
			value = replaceWord(value, id)
		}
		parts["the header "+key] = value
	}
	var body any
	if err := json.Unmarshal([]byte(g.body), &body); err != nil {
		t.Fatal(err)
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, member := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), member)
			}
		case string:
			parts["the member "+path] = replaceWord(v, id)
		default:
			parts["the member "+path] = fmt.Sprint(v)
		}
	}
	walk("", body)
	return parts
}

// indexWord is the place of an id in a text, where it is not a part of a longer
// word: an id may be as short as "7", and it may end in a hyphen.
func indexWord(text, id string) int {
	word := func(s string, i int) bool {
		return i >= 0 && i < len(s) && (s[i] == '_' || '0' <= s[i] && s[i] <= '9' || 'A' <= s[i]&^0x20 && s[i]&^0x20 <= 'Z')
	}
	for from := 0; id != ""; {
		i := strings.Index(text[from:], id)
		if i < 0 {
			break
		}
		i += from
		end := i + len(id)
		if !(word(id, 0) && word(text, i-1)) && !(word(id, len(id)-1) && word(text, end)) {
			return i
		}
		from = i + 1
	}
	return -1
}

// replaceWord puts ID in the place of every occurrence of an id.
func replaceWord(text, id string) string {
	var out strings.Builder
	for {
		i := indexWord(text, id)
		if i < 0 {
			return out.String() + text
		}
		out.WriteString(text[:i] + "ID")
		text = text[i+len(id):]
	}
}
