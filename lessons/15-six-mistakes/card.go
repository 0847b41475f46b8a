package sixmistakes

import (
	"context"
	"net/http"
	"time"
)

// cardBudget is for a card with all its calls.
const cardBudget = 2 * time.Second

// Cards answer who wrote a note. Another service knows.
type Cards struct {
	Edge
	Author func(ctx context.Context, note string) (string, error)
}

// A Card is what a list shows of a note.
type Card struct {
	Author string `json:"author"`
}

// Naive waits for the author while its own client does.
func (c *Cards) Naive(w http.ResponseWriter, r *http.Request) {
	author, err := c.Author(r.Context(), r.PathValue("id"))
	c.answer(w, r, http.StatusOK, Card{author}, err)
}

// Card waits for the author for as long as a card is worth.
func (c *Cards) Card(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), cardBudget)
	defer cancel()
	author, err := c.Author(ctx, r.PathValue("id"))
	c.answer(w, r, http.StatusOK, Card{author}, err)
}
