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
	s := &store{ctx: first}
	s.load(1)
	endFirst()

	second, endSecond := context.WithCancel(context.Background())
	defer endSecond()
	fmt.Println("second", second.Err())
	s.load(2)
}
