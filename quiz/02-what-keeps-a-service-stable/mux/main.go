// Command mux asks a router with a single route.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}",
		func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintln(w, "note", r.PathValue("id"))
		})
	for _, target := range []string{"/notes/7", "/notes/7/tags"} {
		for _, method := range []string{"GET", "DELETE"} {
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, httptest.NewRequest(method, target, nil))
			fmt.Println(method, target, w.Code)
		}
	}
}
