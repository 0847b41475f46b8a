package lockorder

import "sync"

type Books struct{ index, pages sync.Mutex }

func (b *Books) Add(add func()) {
	b.index.Lock()
	b.pages.Lock()
	add()
	b.index.Unlock()
	b.pages.Unlock()
}

func (b *Books) Move(look, move func()) {
	b.pages.Lock()
	look()
	b.index.Lock()
	move()
	b.index.Unlock()
	b.pages.Unlock()
}
