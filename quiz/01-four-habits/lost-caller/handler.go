package lostcaller

import (
	"context"
	"net/http"
	"time"
)

type Call func(ctx context.Context, id string)

func Handle(title, text, links, likes Call, r *http.Request) {
	page, id := r.Context(), r.PathValue("id")
	head, stop := context.WithTimeout(page, 2*time.Second)
	defer stop()
	body, end := context.WithTimeout(head, time.Minute)
	defer end()
	side := context.WithoutCancel(body)
	foot, done := context.WithTimeout(side, time.Minute)
	defer done()

	title(head, id)
	text(body, id)
	links(foot, id)
	likes(page, id)
}
