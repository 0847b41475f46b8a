// Bodies leaves the body of a 200 and of a 204 open and asks goleak; then it
// does the same with a 503 that it does not read.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"go.uber.org/goleak"

	fanout "example.com/leakproof/lessons/13-fan-out-safely"
)

func main() {
	server := httptest.NewServer(http.HandlerFunc(answer))
	defer server.Close()
	for _, path := range []string{"/read-to-the-end", "/no-content", "/unavailable"} {
		before := goleak.IgnoreCurrent()
		client := &http.Client{Transport: &http.Transport{}}
		title, err := fanout.TitleNoClose(context.Background(), client, server.URL+path)
		fmt.Printf("%-17s title %q, error %v\n", path, title, err)

		client.CloseIdleConnections() // as a careful test does
		if leak := goleak.Find(before); leak != nil {
			fmt.Printf("%-17s %d goroutines reported\n", "", strings.Count(leak.Error(), "in state"))
		} else {
			fmt.Printf("%-17s nothing reported; its body was never closed\n", "")
		}
	}
}

func answer(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/read-to-the-end":
		fmt.Fprint(w, "Fan out safely")
	case "/no-content":
		w.WriteHeader(http.StatusNoContent)
	default:
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, strings.Repeat("sorry ", 20_000))
	}
}
