package share

import (
	"errors"
	"log/slog"
	"net/http"
)

type TakenError struct {
	Slug string
	Err  error // what the driver said
}

func (e *TakenError) Error() string {
	return e.Slug + ": " + e.Err.Error()
}

func Fail(w http.ResponseWriter, log *slog.Logger, err error) {
	log.Error("request failed", "err", err)
	if taken, ok := errors.AsType[*TakenError](err); ok {
		http.Error(w, "taken: "+taken.Error(), http.StatusConflict)
		return
	}
	http.Error(w, "internal", http.StatusInternalServerError)
}
