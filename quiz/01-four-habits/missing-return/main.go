package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
)

func create(w http.ResponseWriter, title string) {
	if title == "" {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprintln(w, `{"error":{"code":"validation_error"}}`)
	}
	w.WriteHeader(http.StatusCreated)
	fmt.Fprintf(w, "{%q:%q}\n", "title", title)
}

func main() {
	w := httptest.NewRecorder()
	create(w, "")
	fmt.Print(w.Code, "\n", w.Body)
}
