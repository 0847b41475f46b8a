// Command failed-status calls a server that is overloaded.
package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	s := httptest.NewServer(http.HandlerFunc(
		func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
	defer s.Close()

	res, err := http.Get(s.URL)
	if res != nil {
		defer res.Body.Close()
	}
	fmt.Println(res != nil, err)
}
