package layered

import (
	"fmt"
	"net/http"
)

// A Grown API has one author for each of its endpoints.
type Grown struct {
	Store Finder
	Side  *Everything
}

// Routes is all that a client can ask for.
func (g *Grown) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/getNote", g.getNote)
	mux.HandleFunc("GET /notes/{id}/tags", g.Side.Tags)
	mux.HandleFunc("GET /notes/{id}/title", g.title)
	return within(budget, mux)
}

// getNote always succeeds, and says in the body whether it did.
func (g *Grown) getNote(w http.ResponseWriter, r *http.Request) {
	n, err := g.Store.Find(r.Context(), r.FormValue("id"))
	if err != nil {
		writeJSON(w, 200, map[string]string{"error": "no such note"})
		return
	}
	writeJSON(w, 200, n)
}

// title fails in the way that takes one line.
func (g *Grown) title(w http.ResponseWriter, r *http.Request) {
	n, err := g.Store.Find(r.Context(), r.PathValue("id"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	fmt.Fprintln(w, n.Title)
}
