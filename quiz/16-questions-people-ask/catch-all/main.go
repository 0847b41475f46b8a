// Command catch-all asks an API for what it has and has not.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /", http.NotFound)
	mux.HandleFunc("GET /notes",
		func(http.ResponseWriter, *http.Request) {})

	for _, ask := range [][2]string{{"GET", "/notes"},
		{"PUT", "/notes"}, {"PUT", "/nots"}} {
		rec := httptest.NewRecorder()
		mux.ServeHTTP(rec, httptest.NewRequest(ask[0], ask[1], nil))
		fmt.Println(ask[0], ask[1], rec.Code)
	}
}
