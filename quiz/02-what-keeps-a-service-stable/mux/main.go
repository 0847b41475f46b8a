// Command mux asks a router with two routes.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	found := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK) // 200
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", found)
	mux.HandleFunc("/files/{name}", found)

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("DELETE", "/notes/7", nil))
	fmt.Println(w.Code)

	w = httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/files/a/b", nil))
	fmt.Println(w.Code)
}
