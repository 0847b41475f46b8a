// Command who-is-told ends a request and asks each layer.
package main

import (
	"context"
	"fmt"
)

func ended(ctx context.Context) bool { return ctx.Err() != nil }

type service struct{ ctx context.Context }

// note asks its own context and hands one to the store.
func (s service) note(ctx context.Context) (svc, store bool) {
	return ended(ctx), ended(s.ctx)
}

func main() {
	s := service{ctx: context.Background()}
	request, leave := context.WithCancel(s.ctx)
	leave()
	svc, store := s.note(request)
	fmt.Println(ended(request), svc, store)
}
