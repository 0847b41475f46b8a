package contract

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/lessons/internal/pipenet"
)

// ask sends one request straight to h.
func ask(h http.Handler, method, path, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w
}

// What the endpoint answers before anybody has written its contract.
func TestAnEndpointWithoutAContract(t *testing.T) {
	for i, tt := range []struct {
		method, body string
		status       int
		want         string
	}{
		{"POST", `{"titel": "milk"}`, 201, `{"id":"1","title":""}`},
		{"POST", `{"title": "milk"} {"title": "eggs"}`, 201, `{"id":"2","title":"milk"}`},
		{"POST", sized(maxBody + 1), 400, `http: request body too large`},
		{"PUT", `{"title": "milk"}`, 405, `Method Not Allowed`},
	} {
		mux := http.NewServeMux()
		mux.HandleFunc("POST /notes", func(w http.ResponseWriter, r *http.Request) {
			var n NewNote
			body := http.MaxBytesReader(w, r.Body, maxBody)
			if err := json.NewDecoder(body).Decode(&n); err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			if err := RespondNaive(w, http.StatusCreated, Note{fmt.Sprint(i + 1), n.Title, n.Content}); err != nil {
				t.Error(err)
			}
		})
		w := ask(mux, tt.method, "/notes", tt.body)
		if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || got != tt.want {
			t.Errorf("%s %.40s: %d %s", tt.method, tt.body, w.Code, got)
		}
	}
}

func TestTheContract(t *testing.T) {
	big := `{"title":"` + strings.Repeat("a", maxBody) + `"}`
	for _, tt := range []struct {
		body   string
		status int
		want   string // the body of a 201, else the code
	}{
		{milk, 201, `{"id":"7","title":"milk"}`},
		{`{"title":"milk","content":"2 l"}`, 201, `{"id":"7","title":"milk","content":"2 l"}`},
		{` {"title":"milk"} ` + "\n", 201, `{"id":"7","title":"milk"}`},
		{`{"title":"milk","content":""}`, 201, `{"id":"7","title":"milk"}`},
		{`{"title":" "}`, 400, "validation_error"},
		{`{"content":"2 l"}`, 400, "validation_error"},
		{`{"title":"milk","colour":"red"}`, 400, "validation_error"},
		{`{"title":7}`, 400, "validation_error"},
		{`null`, 400, "validation_error"},
		{``, 400, "validation_error"},
		{`{"title":"mi`, 400, "validation_error"},
		{milk + milk, 400, "validation_error"},
		{milk + `}`, 400, "validation_error"},
		{big, 413, "too_large"},
	} {
		h, _ := newHandler(saves)
		w := ask(h.Routes(), "POST", "/notes", tt.body)
		got := w.Body.String()
		if tt.status != 201 {
			got = codeOf(t, got)
		}
		if w.Code != tt.status || got != tt.want {
			t.Errorf("%.40s: %d %s, want %d %s", tt.body, w.Code, got, tt.status, tt.want)
		}
		if ct := w.Result().Header.Get("Content-Type"); ct != "application/json" {
			t.Errorf("%.40s: Content-Type %q", tt.body, ct)
		}
	}
}

// Left to itself, the mux answers a wrong method or path in plain text.
func TestTheMuxAloneAnswersInPlainText(t *testing.T) {
	alone := http.NewServeMux()
	alone.HandleFunc("POST /notes", func(http.ResponseWriter, *http.Request) {})
	for _, tt := range []struct {
		method, path string
		status       int
		allow        string
	}{
		{"GET", "/notes", 405, "POST"},
		{"POST", "/notes/", 404, ""},
		{"POST", "/Notes", 404, ""},
	} {
		res := ask(alone, tt.method, tt.path, "").Result()
		if res.StatusCode != tt.status || res.Header.Get("Allow") != tt.allow ||
			!strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: %d %v", tt.method, tt.path, res.StatusCode, res.Header)
		}
	}

	// With nothing but a catch-all for the shape, the 405 becomes a 404.
	alone.HandleFunc("/", http.NotFound)
	if got := ask(alone, "GET", "/notes", "").Code; got != 404 {
		t.Errorf("GET /notes beside a catch-all: %d", got)
	}
}

func TestOtherMethodsAndPathsAnswerInOneShape(t *testing.T) {
	h, _ := newHandler(saves)
	for _, tt := range []struct {
		method, path string
		status       int
		code, allow  string
	}{
		{"GET", "/notes", 405, "method_not_allowed", "POST"},
		{"DELETE", "/notes", 405, "method_not_allowed", "POST"},
		{"POST", "/notes/", 404, "not_found", ""},
		{"GET", "/", 404, "not_found", ""},
	} {
		w := ask(h.Routes(), tt.method, tt.path, milk)
		if code := codeOf(t, w.Body.String()); w.Code != tt.status || code != tt.code ||
			w.Result().Header.Get("Allow") != tt.allow {
			t.Errorf("%s %s: %d %s %v", tt.method, tt.path, w.Code, code, w.Result().Header)
		}
	}
}

// Answers that our handler never sees.
func TestSomeAnswersComeBeforeTheHandler(t *testing.T) {
	for _, tt := range []struct {
		sends  string
		status int
		typ    string
	}{
		{"GET //notes HTTP/1.1\r\nHost: notes\r\n\r\n", 307, "text/html; charset=utf-8"}, // the mux cleans the path
		{"GET /notes HTTP/1.1\r\n\r\n", 400, "text/plain; charset=utf-8"},                // no Host
		{"GET /notes HTTP/1.1\r\nA: " + strings.Repeat("a", 2<<20), 431, "text/plain; charset=utf-8"},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := dialRaw(t, pipenet.Serve(t, server(ours())))
			sent := make(chan struct{})
			go func() {
				defer close(sent)
				_, _ = io.WriteString(c, tt.sends) // may be cut off by the server
			}()
			res, err := http.ReadResponse(c.from, nil)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != tt.status || res.Header.Get("Content-Type") != tt.typ {
				t.Errorf("%.20q: %d %v", tt.sends, res.StatusCode, res.Header)
			}
			_ = c.Close()
			<-sent
		})
	}
}

func TestTheMostSpecificPatternWins(t *testing.T) {
	none := func(http.ResponseWriter, *http.Request) {}
	for _, order := range [][]string{
		{"/", "/notes", "POST /notes", "GET /notes/{id}", "GET /notes/today"},
		{"GET /notes/today", "GET /notes/{id}", "POST /notes", "/notes", "/"},
	} {
		mux := http.NewServeMux()
		for _, pattern := range order {
			mux.HandleFunc(pattern, none)
		}
		for request, want := range map[string]string{
			"POST /notes":      "POST /notes",
			"PUT /notes":       "/notes",
			"GET /notes/7":     "GET /notes/{id}",
			"HEAD /notes/7":    "GET /notes/{id}",
			"GET /notes/today": "GET /notes/today",
			"GET /notes/7/8":   "/",
		} {
			method, path, _ := strings.Cut(request, " ")
			if _, got := mux.Handler(httptest.NewRequest(method, path, nil)); got != want {
				t.Errorf("%s goes to %q, want %q", request, got, want)
			}
		}
	}

	mux := http.NewServeMux()
	mux.HandleFunc("GET /", none)
	defer func() {
		if recover() == nil {
			t.Error(`"GET /" and "/notes" do not conflict`)
		}
	}()
	mux.HandleFunc("/notes", none)
}

// slowUpload sends its header within the first second and the last byte of its
// body after d.
func slowUpload(t *testing.T, h http.Handler, d time.Duration) (status int, body string, at time.Duration, err error) {
	t.Helper()
	c := dialRaw(t, pipenet.Serve(t, server(h)))
	c.send(t, "POST ")
	time.Sleep(time.Second)
	c.send(t, postHead(len(milk))[len("POST "):]+milk[:len(milk)-1])
	time.Sleep(d - time.Second)
	c.send(t, milk[len(milk)-1:])
	return c.answer(t)
}

// The header arrives at 1 s, and the budget starts then: not with the
// connection, and not with the end of the body.
func TestTheBudgetCountsFromTheTop(t *testing.T) {
	for body, want := range map[time.Duration]time.Duration{
		time.Second:     3 * time.Second,
		2 * time.Second: 3 * time.Second,
		9 * time.Second: 9 * time.Second, // no budget ends a read
	} {
		synctest.Test(t, func(t *testing.T) {
			store := NewMemory(time.Minute, NewID)
			h, _ := newHandler(store)
			status, answer, at, err := slowUpload(t, h.Routes(), body)
			if err != nil || status != 504 || codeOf(t, answer) != "timeout" || at != want || store.Len() != 0 {
				t.Errorf("body in after %v, answer after %v: %d %s %v; %d notes", body, at, status, answer, err, store.Len())
			}
		})
	}
}

// The budget ends no body. ReadTimeout does, and that isn't a client's typo.
func TestABodyThatMissesReadTimeoutIsA408(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := dialRaw(t, pipenet.Serve(t, server(ours())))
		c.send(t, postHead(len(milk))+milk[:5])
		status, body, at, err := c.answer(t)
		if err != nil || status != 408 || codeOf(t, body) != "timeout" || at != 10*time.Second {
			t.Errorf("after %v: %d %s %v", at, status, body, err)
		}
	})
}

func TestErrorsAreMappedAtTheEdge(t *testing.T) {
	hidden := errors.New("pq: relation notes_v3 at 10.20.4.17")
	wrap := func(err error) error { return fmt.Errorf("%w: create: %w", hidden, err) }
	for _, tt := range []struct {
		name   string
		err    error
		left   bool
		status int
		code   string
		level  string
	}{
		{"the deadline has passed", wrap(context.DeadlineExceeded), false, 504, "timeout", "ERROR"},
		{"the caller has left", wrap(context.Canceled), true, 499, "canceled", "INFO"},
		{"somebody else cancelled", wrap(context.Canceled), false, 500, "internal", "ERROR"},
		{"the caller has left, and it fails", hidden, true, 500, "internal", "ERROR"},
		{"anything else", hidden, false, 500, "internal", "ERROR"},
	} {
		ctx, leave := context.WithCancel(t.Context())
		h, log := newHandler(storeFunc(func(context.Context, NewNote) (Note, error) {
			if tt.left {
				leave()
			}
			return Note{}, tt.err
		}))
		r := httptest.NewRequestWithContext(ctx, "POST", "/notes", strings.NewReader(milk))
		w := httptest.NewRecorder()
		h.Routes().ServeHTTP(w, r)
		leave()
		if code := codeOf(t, w.Body.String()); w.Code != tt.status || code != tt.code {
			t.Errorf("%s: %d %s, want %d %s", tt.name, w.Code, code, tt.status, tt.code)
		}
		var answer failure
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || !strings.Contains(log.String(), "request_id="+answer.RequestID+" ") {
			t.Errorf("%s: the client has the id %q (%v), the log %s", tt.name, answer.RequestID, err, log)
		}
		if strings.Contains(w.Body.String(), "notes_v3") {
			t.Errorf("%s: the client reads %s", tt.name, w.Body)
		}
		if s := log.String(); !strings.Contains(s, "notes_v3") || !strings.Contains(s, "level="+tt.level) {
			t.Errorf("%s: the log has %s", tt.name, s)
		}
	}
}
