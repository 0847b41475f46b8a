// Routes sends a wrong path and a wrong method to three versions of one API,
// and shows who answers and in which shape.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	questions "example.com/leakproof/lessons/16-questions-people-ask"
)

func main() {
	ok := func(http.ResponseWriter, *http.Request) {}
	for _, api := range []struct {
		name    string
		handler http.Handler
	}{
		{"as it comes", questions.Routes(ok, ok)},
		{"with a route /", questions.CatchAll(ok, ok)},
		{"Shaped", questions.Shaped(questions.Routes(ok, ok))},
	} {
		fmt.Println(api.name)
		for _, req := range []string{"GET /nots", "PUT /notes"} {
			method, path, _ := strings.Cut(req, " ")
			rec := httptest.NewRecorder()
			api.handler.ServeHTTP(rec, httptest.NewRequest(method, path, nil))
			body := strings.TrimSpace(rec.Body.String())
			fmt.Printf("  %-10s %d %.40s\n", req, rec.Code, body)
		}
	}
}
