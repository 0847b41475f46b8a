package card

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

type Ask func(ctx context.Context, id string) (string, error)

func Serve(w http.ResponseWriter, r *http.Request, note, by Ask) {
	ctx, end := context.WithTimeout(context.Background(), 2*time.Second)
	defer end()
	title, err := note(ctx, r.PathValue("id"))
	if err != nil {
		http.Error(w, "unavailable", http.StatusBadGateway)
		return
	}
	author, err := by(r.Context(), r.PathValue("id"))
	if err != nil {
		author = "somebody"
	}
	fmt.Fprintf(w, "%s by %s\n", title, author)
}
