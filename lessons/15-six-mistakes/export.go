package sixmistakes

import (
	"context"
	"net/http"
	"time"
)

// exportBudget is for a whole file. The server's WriteTimeout is longer.
const exportBudget = 8 * time.Second

// An Exporter puts the notes of a notebook into one file.
type Exporter struct {
	Edge
	Pages int
	Query func(ctx context.Context, page int) (notes []string, err error)
}

// Naive exports a notebook.
func (x *Exporter) Naive(w http.ResponseWriter, r *http.Request) {
	ctx := context.Background() // an export must not be cut short
	file, err := x.collect(ctx)
	x.answer(w, r, http.StatusOK, file, err)
}

// Export exports a notebook while somebody waits for it.
func (x *Exporter) Export(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), exportBudget)
	defer cancel()
	file, err := x.collect(ctx)
	x.answer(w, r, http.StatusOK, file, err)
}

func (x *Exporter) collect(ctx context.Context) ([]string, error) {
	var file []string
	for page := range x.Pages {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		notes, err := x.Query(ctx, page)
		if err != nil {
			return nil, err
		}
		file = append(file, notes...)
	}
	return file, nil
}
