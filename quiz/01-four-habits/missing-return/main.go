package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
)

func show(w http.ResponseWriter, title string, err error) {
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError) // 500
		fmt.Fprintln(w, `{"error":{"code":"internal"}}`)
	}
	w.WriteHeader(http.StatusOK) // 200
	fmt.Fprintf(w, "{%q:%q}\n", "title", title)
}

func main() {
	w := httptest.NewRecorder()
	show(w, "", errors.New("no connection"))
	fmt.Println(w.Code, strings.Count(w.Body.String(), "\n"))
}
