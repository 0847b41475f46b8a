package layered

import (
	"database/sql"
	"net/http"
)

// Everything is handler, service and store in one.
type Everything struct{ DB *sql.DB }

// Tags answers GET /notes/{id}/tags?sort=name.
func (h *Everything) Tags(w http.ResponseWriter, r *http.Request) {
	ctx, id := r.Context(), r.PathValue("id")
	rows, err := h.DB.QueryContext(ctx,
		"select name from tags where note = $1 order by "+
			r.FormValue("sort"), id)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer func() { _ = rows.Close() }()
	var tags []string
	for rows.Next() {
		var tag string
		_ = rows.Scan(&tag)
		tags = append(tags, tag)
	}
	go func() { // nobody should have to wait for this
		_, _ = h.DB.ExecContext(ctx,
			"insert into visits (note) values ($1)", id)
	}()
	writeJSON(w, http.StatusOK, tags)
}
