// Ghost work: an app that imports notes leaves after 100 ms. The import goes on.
// How much of the store's work is for clients that have left?
package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const (
	imports = 6 // a second
	tries   = 3 // of the app, for an import
	reads   = 40

	patience   = 5 * time.Second // of the app
	impatience = 100 * time.Millisecond
	onTheWay   = 25 * time.Millisecond // of the news that a client has left
)

var (
	leave  = host.Switch("leave")
	pass   = host.Switch("pass")
	first  = host.Switch("body-first")
	asks   = host.Switch("ask")
	budget = host.Knob("budget", 0) // ms; 0 is none
)

func main() {
	host.Rate("work_rate", work)
	host.Main(host.Lab{
		Dependencies: map[string]http.Handler{"store": newStore()},
		Service:      serve,
		Load:         []host.Stream{{Name: "reads", Rate: reads, Path: "/notes/7", Timeout: patience}},
		Clients:      runApps,
		Timed:        []string{"imports"},
	})
}

// here has the id of each import whose client still waits, or has just left.
var here sync.Map

// runApps sends imports until ctx ends, each from an app of its own.
func runApps(ctx context.Context, c *host.Clients) error {
	measured := c.Latency("imports")
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	ticks := time.NewTicker(time.Second / imports)
	defer ticks.Stop()
	var apps sync.WaitGroup
	defer apps.Wait()
	for id := 0; ; id++ {
		select {
		case due := <-ticks.C:
			apps.Go(func() {
				for try := range tries { // the app tries again at once
					ended := measured.Send(due)
					err := importNote(ctx, client, c.URL, fmt.Sprintf("%d.%d", id, try))
					ended(err == nil)
					if err == nil || ctx.Err() != nil {
						return
					}
					due = time.Now()
				}
			})
		case <-ctx.Done():
			return nil
		}
	}
}

// importNote sends a note of ten pages and leaves when its patience ends.
func importNote(ctx context.Context, client *http.Client, url, id string) error {
	limit := patience
	if leave.On() {
		limit = impatience
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	here.Store(id, true)
	defer func() { time.AfterFunc(onTheWay, func() { here.Delete(id) }) }()
	note := bytes.NewReader(make([]byte, pages*pageSize))
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/notes", note)
	if err != nil {
		return err
	}
	req.Header.Set(requestID, id)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("import: %s", resp.Status)
	}
	return nil
}
