// Command group-context looks at two contexts after the joins.
package main

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
)

func main() {
	one, cancel := context.WithCancel(context.Background())
	defer cancel()
	var bare errgroup.Group
	bare.Go(func() error { return fmt.Errorf("503 %v", one.Err()) })
	_ = bare.Wait()

	group, two := errgroup.WithContext(context.Background())
	group.Go(func() error { return two.Err() })
	_ = group.Wait()

	fmt.Printf("one: %v\ntwo: %v\n", one.Err(), two.Err())
}
