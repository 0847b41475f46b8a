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

// Traffic lets one client export 300 notes from a database with 10
// connections and leave after ten and a half queries' time. Another client
// reads a single note meanwhile. Traffic returns how long that read took, and
// how many queries were answered after the first client had left.
func Traffic(export Exporter, query time.Duration) (read time.Duration, forNobody int) {
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

// counted counts the queries that ran to their end.
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

// Tries sends a note without a title as the app does: after a 5xx, which is
// the server's fault, it tries up to four more times. It may, because it has
// chosen the note's id. Tries returns how often it sent.
func Tries(send func(body io.Reader) (status int)) (n int) {
	for n < 5 {
		n++
		if send(strings.NewReader(`{"id": "7"}`)) < http.StatusInternalServerError {
			break
		}
	}
	return n
}
