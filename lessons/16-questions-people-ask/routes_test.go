package questions

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

func answer(t *testing.T, h http.Handler, method, path string) *http.Response {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
	return rec.Result()
}

func ok(http.ResponseWriter, *http.Request) {}

func TestTheMuxAnswersByItself(t *testing.T) {
	for _, tt := range []struct {
		method, path, body, allow string
		status                    int
	}{
		{"GET", "/nots", "404 page not found\n", "", 404},
		{"PUT", "/notes", "Method Not Allowed\n", "GET, HEAD, POST", 405},
	} {
		res := answer(t, Routes(ok, ok), tt.method, tt.path)
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if res.StatusCode != tt.status || string(body) != tt.body || res.Header.Get("Allow") != tt.allow ||
			!strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") {
			t.Errorf("%s %s: %d %q %v", tt.method, tt.path, res.StatusCode, body, res.Header)
		}
	}
}

func TestTheCatchAllHidesThe405(t *testing.T) {
	res := answer(t, CatchAll(ok, ok), "PUT", "/notes")
	if res.StatusCode != 404 || res.Header.Get("Allow") != "" {
		t.Errorf("PUT /notes: %d %v, want a 404 that names no methods", res.StatusCode, res.Header)
	}
}

func TestShapedKeepsStatusAndMethods(t *testing.T) {
	h := Shaped(Routes(ok, ok))
	for _, tt := range []struct {
		method, path, code, allow string
		status                    int
	}{
		{"GET", "/nots", "not_found", "", 404},
		{"PUT", "/notes", "method_not_allowed", "GET, HEAD, POST", 405},
	} {
		res := answer(t, h, tt.method, tt.path)
		p := problemOf(res)
		if p != (problem{tt.status, tt.code}) || res.Header.Get("Allow") != tt.allow ||
			res.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v %v", tt.method, tt.path, p, res.Header)
		}
	}
	if res := answer(t, h, "GET", "/notes"); res.StatusCode != 200 {
		t.Errorf("a route that is there: %d", res.StatusCode)
	}
	res := answer(t, h, "GET", "//notes//8c1f") // to be cleaned; no route
	if loc := res.Header.Get("Location"); res.StatusCode != 307 || loc != "/notes/8c1f" ||
		res.Header.Get("Content-Type") == "application/json" {
		t.Errorf("a path to be cleaned: %d %v", res.StatusCode, res.Header)
	}
}

// A handler's own 404 is its own: it is in the API's shape already.
func TestShapedLeavesHandlersAlone(t *testing.T) {
	own := func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, 404, "note_gone") }
	p := problemOf(answer(t, Shaped(Routes(own, own)), "GET", "/notes"))
	if p != (problem{404, "note_gone"}) {
		t.Errorf("the handler's own 404 became %v", p)
	}
}

func TestTheFirstMiddlewareIsOutermost(t *testing.T) {
	var seen []string
	mark := func(name string) Middleware {
		return func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				seen = append(seen, name+" in")
				next.ServeHTTP(w, r)
				seen = append(seen, name+" out")
			})
		}
	}
	answer(t, Chain(http.HandlerFunc(ok), mark("log"), mark("auth")), "GET", "/")
	if want := []string{"log in", "auth in", "auth out", "log out"}; !slices.Equal(seen, want) {
		t.Errorf("%v, want %v", seen, want)
	}
}
