// Command encode answers with a rating over no votes.
package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
)

func main() {
	sum, votes := 0.0, 0.0
	w := httptest.NewRecorder()
	w.WriteHeader(201)
	err := json.NewEncoder(w).Encode(map[string]any{
		"title": "milk", "rating": sum / votes,
	})
	if err != nil {
		w.WriteHeader(500)
		fmt.Fprint(w, "sorry")
	}
	fmt.Printf("%d %q\n", w.Code, w.Body)
}
