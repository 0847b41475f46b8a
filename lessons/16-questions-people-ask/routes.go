package questions

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
)

// A Middleware adds something around a handler.
type Middleware = func(http.Handler) http.Handler

// Chain wraps h; the first middleware is the outermost.
func Chain(h http.Handler, all ...Middleware) http.Handler {
	for _, wrap := range slices.Backward(all) {
		h = wrap(h)
	}
	return h
}

// Routes are the two routes of this API.
func Routes(list, create http.HandlerFunc) *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes", list)
	mux.HandleFunc("POST /notes", create)
	return mux
}

// CatchAll adds a route for everything else.
func CatchAll(list, create http.HandlerFunc) *http.ServeMux {
	mux := Routes(list, create)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, http.StatusNotFound, "not_found")
	})
	return mux
}

// Shaped gives the mux's own 404 and 405 the API's error shape.
func Shaped(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(
		func(w http.ResponseWriter, r *http.Request) {
			if _, pattern := mux.Handler(r); pattern == "" {
				w = &shaping{ResponseWriter: w} // no route matched
			}
			mux.ServeHTTP(w, r)
		})
}

type shaping struct {
	http.ResponseWriter
	replaced bool
}

var muxCodes = map[int]string{
	http.StatusNotFound:         "not_found",
	http.StatusMethodNotAllowed: "method_not_allowed",
}

// WriteHeader answers a 404 or 405 itself; redirects pass.
func (s *shaping) WriteHeader(status int) {
	code := muxCodes[status]
	if s.replaced = code != ""; s.replaced {
		writeProblem(s.ResponseWriter, status, code)
		return
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write drops the mux's text where the answer was replaced.
func (s *shaping) Write(p []byte) (int, error) {
	if s.replaced {
		return len(p), nil
	}
	return s.ResponseWriter.Write(p)
}

// messages are what a person reads; clients go by the code.
var messages = map[string]string{
	"not_found":          "Nothing was found at this address.",
	"method_not_allowed": "This address does not accept that method.",
}

func writeProblem(w http.ResponseWriter, status int, code string) {
	body, err := json.Marshal(map[string]map[string]string{
		"error": {"code": code, "message": messages[code]},
	})
	if err != nil {
		panic(fmt.Sprint("encode strings: ", err))
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(body) // a failed write means that the client has gone
}
