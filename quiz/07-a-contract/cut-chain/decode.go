package cutchain

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
)

var errInvalid = errors.New("the note is not valid")

func decode(w http.ResponseWriter, r *http.Request, v any) error {
	body := http.MaxBytesReader(w, r.Body, 1<<20)
	if err := json.NewDecoder(body).Decode(v); err != nil {
		slog.Info("decode: " + err.Error())
		return fmt.Errorf("%w: %v", errInvalid, err)
	}
	return nil
}

func tooLarge(err error) bool { // asked first, for the 413
	_, large := errors.AsType[*http.MaxBytesError](err)
	return large
}
