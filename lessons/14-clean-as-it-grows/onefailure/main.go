// Onefailure sends one failing request to a handler whose layers all log,
// and one to the edge that logs once.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"

	conventions "example.com/leakproof/lessons/14-clean-as-it-grows"
)

type down struct{}

var errDown = errors.New("connection refused")

func (down) Load(context.Context, string) (conventions.Note, error) {
	return conventions.Note{}, errDown
}

func (down) Save(context.Context, conventions.Note) (conventions.Note, error) {
	return conventions.Note{}, errDown
}

func main() {
	lines := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey, slog.LevelKey, slog.MessageKey, "route", "status":
				return slog.Attr{} // short enough to see
			case "request_id":
				return slog.String(a.Key, a.Value.String()[:4])
			}
			return a
		},
	})
	log := slog.New(conventions.IDLog{Handler: lines})
	store := conventions.NoisyStore{Store: down{}, Log: log}
	noisy := http.NewServeMux()
	noisy.Handle("GET /notes/{id}", conventions.NewService(store).ShowNoisy(log))

	fmt.Println("every layer logs:")
	ask(noisy)
	fmt.Println("\nthe edge logs:")
	ask(conventions.NewEdge(conventions.NewService(down{}), log, nil).Routes())
}

func ask(h http.Handler) {
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/notes/7", nil))
}
