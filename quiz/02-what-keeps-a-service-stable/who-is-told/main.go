// Command who-is-told ends a request and asks each layer.
package main

import (
	"context"
	"fmt"
)

type service struct{ ctx context.Context }

func (s service) note(ctx context.Context) {
	fmt.Println("service:", ctx.Err())
	find(s.ctx)
}

func find(ctx context.Context) { fmt.Println("store:", ctx.Err()) }

func main() {
	s := service{ctx: context.Background()}
	request, leave := context.WithCancel(s.ctx)
	leave()
	fmt.Println("handler:", request.Err())
	s.note(request)
}
