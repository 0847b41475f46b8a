// Command patterns asks a mux where two requests go.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	mux := http.NewServeMux()
	for _, p := range []string{"/", "/notes", "POST /notes"} {
		mux.Handle(p, http.NotFoundHandler())
	}
	for _, to := range [][2]string{
		{"PUT", "/notes"},
		{"POST", "/notes/"},
	} {
		r := httptest.NewRequest(to[0], to[1], nil)
		_, pattern := mux.Handler(r)
		fmt.Println(pattern)
	}
}
