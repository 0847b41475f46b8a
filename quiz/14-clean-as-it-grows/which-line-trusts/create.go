// Package trusts creates notes.
package trusts

import (
	"encoding/json"
	"net/http"
)

// A Note is what the store keeps.
type Note struct{ ID, Owner, Title string }

// Create makes a note for the user who is logged in.
func Create(w http.ResponseWriter, r *http.Request) {
	n := Note{Owner: r.Header.Get("X-User")} // set by our gateway
	err := json.NewDecoder(r.Body).Decode(&n)
	if err != nil || n.Title == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	n.ID = save(n)
	w.WriteHeader(http.StatusCreated)
}

func save(n Note) string { return n.Owner + "/" + n.Title }
