// Headerfirst answers with a note that JSON cannot express, once with the
// header first and once encoded first, and shows what a client reads.
package main

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"

	contract "example.com/leakproof/lessons/07-a-contract"
)

func main() {
	// The average of no ratings is 0/0.
	note := map[string]any{"title": "milk", "rating": math.NaN()}

	show("header first", func(w http.ResponseWriter) {
		if err := contract.RespondNaive(w, http.StatusCreated, note); err != nil {
			fmt.Println("the handler sees:", err)
			w.WriteHeader(http.StatusInternalServerError) // too late
		}
	})
	show("encoded first", func(w http.ResponseWriter) {
		if err := contract.Respond(w, http.StatusCreated, note); err != nil {
			fmt.Println("the handler sees:", err)
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"error":{"code":"internal"}}`)
		}
	})
}

func show(name string, answer func(http.ResponseWriter)) {
	fmt.Println(name)
	w := httptest.NewRecorder()
	answer(w)
	fmt.Printf("the client reads: %d %q\n\n", w.Result().StatusCode, w.Body)
}
