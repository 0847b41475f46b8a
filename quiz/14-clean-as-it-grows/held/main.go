// Command held serves two requests with one store.
package main

import (
	"context"
	"fmt"
)

type store struct{ ctx context.Context }

func (s *store) load(id int) { fmt.Println("load", id, s.ctx.Err()) }

func main() {
	first, endFirst := context.WithCancel(context.Background())
	defer endFirst()
	s := &store{ctx: first}

	second, endSecond := context.WithCancel(context.Background())
	endSecond() // this client has left
	fmt.Println("second", second.Err())
	s.load(2)
}
