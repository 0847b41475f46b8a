package stable

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// An Exporter is any of the lesson's ways to export.
type Exporter func(context.Context, Store, []string) ([]Note, error)

// Night lets one client export 300 notes, from a database with 10
// connections, and leave after ten and a half queries' time. Another one
// reads a single note in the middle of it. Night returns how long that read
// took, and how many queries were answered after the first had left.
func Night(export Exporter, query time.Duration) (read time.Duration, forNobody int) {
	db := NewDatabase(10, query)
	exported := &counted{Store: db}
	ctx, leave := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() { _, _ = export(ctx, exported, make([]string, 300)) })

	time.Sleep(5*query + query/2)
	wg.Go(func() {
		start := time.Now()
		_, _ = db.Find(context.Background(), "7")
		read = time.Since(start)
	})
	time.Sleep(5 * query)
	leave()
	before := exported.answers.Load()
	wg.Wait()
	return read, int(exported.answers.Load() - before)
}

// counted counts the queries that were carried out to their end.
type counted struct {
	Store
	answers atomic.Int64
}

func (c *counted) Find(ctx context.Context, id string) (Note, error) {
	n, err := c.Store.Find(ctx, id)
	if err == nil {
		c.answers.Add(1)
	}
	return n, err
}

// Tries sends a note without a title as the app does: a 5xx is the server's
// trouble, so it tries up to four times more, which it may, because the id is
// its own. It returns how often it sent.
func Tries(send func(body io.Reader) (status int)) (n int) {
	for n < 5 {
		n++
		if send(strings.NewReader(`{"id": "7"}`)) < http.StatusInternalServerError {
			break
		}
	}
	return n
}
