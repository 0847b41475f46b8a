// Pillars takes one pillar away at a time, in real time with queries of 20
// ms, and shows what a client and the database see. In real time, a few more
// queries than in the table may run.
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
	for _, row := range []struct {
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
		read, forNobody := stable.Traffic(row.export, query)
		tries := stable.Tries(func(body io.Reader) int {
			answer := httptest.NewRecorder()
			row.api.ServeHTTP(answer, httptest.NewRequest("POST", "/notes", body))
			return answer.Code
		})
		fmt.Printf("%-18s %11d queries %11d %7d\n",
			row.without, (read+query/2)/query, forNobody, tries)
	}
}
