// Command deaf-store asks a store whose caller has left.
package main

import (
	"context"
	"fmt"
)

type store struct{}

func (store) Find(_ context.Context, id string) (string, error) {
	return "note " + id, nil
}

func main() {
	ctx, leave := context.WithCancel(context.Background())
	leave()
	_, err := store{}.Find(ctx, "7")
	fmt.Println(err, ctx.Err())
}
