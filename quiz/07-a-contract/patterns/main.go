// Command patterns asks a mux where three requests go.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	mux := http.NewServeMux()
	for _, p := range []string{"/", "/notes", "POST /notes"} {
		mux.HandleFunc(p, func(http.ResponseWriter, *http.Request) {
			fmt.Println(p)
		})
	}
	w := httptest.NewRecorder()
	for _, method := range []string{"POST", "PUT"} {
		r := httptest.NewRequest(method, "/notes", nil)
		mux.ServeHTTP(w, r)
	}
	mux.ServeHTTP(w, httptest.NewRequest("POST", "/notes/", nil))
}
