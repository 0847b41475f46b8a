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
			r.FormValue("sort"), id) // comment 1
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	go func() { // comment 2
		_, _ = h.DB.ExecContext(ctx,
			"insert into visits (note) values ($1)", id)
	}()
	writeJSON(w, http.StatusOK, names(rows)) // comment 3
}

// names reads what it can.
func names(rows *sql.Rows) []string {
	defer func() { _ = rows.Close() }()
	var tags []string
	for rows.Next() {
		var tag string
		_ = rows.Scan(&tag)
		tags = append(tags, tag)
	}
	return tags
}
