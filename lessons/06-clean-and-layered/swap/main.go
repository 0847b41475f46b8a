// Swap asks two handlers for a note that is not there, once over a database
// and once over a key-value store.
package main

import (
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"

	layered "example.com/leakproof/lessons/06-clean-and-layered"
)

func main() {
	db := layered.NewMemDB(nil, nil).Open()
	kv := layered.NewKV(nil)

	fmt.Println("the handler that expects sql.ErrNoRows")
	ask("over the database", knowing(layered.RawSQL{DB: db}))
	ask("over the key-value store", knowing(layered.RawKV{KV: kv}))

	fmt.Println("the handler that expects ErrNotFound")
	ask("over the database", clean(layered.SQLStore{DB: db}))
	ask("over the key-value store", clean(layered.KVStore{KV: kv}))
	shut(db)
}

func knowing(store layered.Finder) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /notes/{id}", (&layered.KnowingAPI{Store: store}).Note)
	return mux
}

func clean(store layered.Store) http.Handler {
	return layered.NewAPI(store, slog.New(slog.DiscardHandler)).Routes()
}

func ask(store string, h http.Handler) {
	res := httptest.NewRecorder()
	h.ServeHTTP(res, httptest.NewRequest(http.MethodGet, "/notes/8c1f", nil))
	fmt.Printf("  %-25s %d %s\n", store, res.Code, strings.TrimSpace(res.Body.String()))
}

func shut(db *sql.DB) {
	if err := db.Close(); err != nil {
		fmt.Println(err)
	}
}
