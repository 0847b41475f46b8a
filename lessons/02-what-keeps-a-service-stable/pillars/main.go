// Pillars takes one pillar away at a time, in real time with queries of 20
// ms, and shows what is seen from outside. Being real, the time may add a few
// queries to what the table says.
package main

import (
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	stable "example.com/leakproof/lessons/02-what-keeps-a-service-stable"
)

func main() {
	const query = 20 * time.Millisecond
	notes := stable.NewService(stable.NewDatabase(10, query))
	handler := stable.NewHandler(notes, slog.New(slog.DiscardHandler))
	clean, raw := handler.Routes(), handler.RawRoutes()

	fmt.Println("without              a read takes   for nobody   tries")
	for _, night := range []struct {
		without string
		export  stable.Exporter
		api     http.Handler
	}{
		{"nothing", stable.Export, clean},
		{"concurrency bound", stable.ExportAllAtOnce, clean},
		{"context", stable.ExportForNobody, clean},
		{"clean API", stable.Export, raw},
		{"any of the three", stable.ExportNeither, raw},
	} {
		read, forNobody := stable.Night(night.export, query)
		tries := stable.Tries(func(body io.Reader) int {
			answer := httptest.NewRecorder()
			night.api.ServeHTTP(answer, httptest.NewRequest("POST", "/notes", body))
			return answer.Code
		})
		fmt.Printf("%-18s %11d queries %11d %7d\n",
			night.without, (read+query/2)/query, forNobody, tries)
	}
}
