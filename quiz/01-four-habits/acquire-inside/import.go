package acquireinside

import "sync"

func Import(notes []string, save func(string)) {
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for _, n := range notes {
		wg.Go(func() {
			defer func() { <-slots }()
			save(n)
		})
	}
	wg.Wait()
}
