package budget

import (
	"context"
	"sync"
)

// TextbookPool draws ids with a fixed number of workers.
func TextbookPool(
	ctx context.Context, workers int, ids []string, do Render,
) error {
	jobs, errs := make(chan string), make(chan error, workers)
	go produce(ctx, jobs, ids)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for id := range jobs {
				if err := do(ctx, id); err != nil {
					errs <- err
					return // "stop early"
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs // the first one, or nil
}
