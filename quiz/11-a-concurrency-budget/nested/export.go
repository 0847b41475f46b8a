package export

import "sync"

var slots = make(chan struct{}, 4)

func Export(notes [][]string, upload func(string)) {
	var wg sync.WaitGroup
	for _, files := range notes {
		wg.Go(func() {
			slots <- struct{}{}
			for _, file := range files {
				Put(file, upload)
			}
			<-slots
		})
	}
	wg.Wait()
}

func Put(file string, upload func(string)) {
	slots <- struct{}{}
	upload(file)
	<-slots
}
