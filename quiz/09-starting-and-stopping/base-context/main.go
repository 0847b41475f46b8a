// Command base-context derives as a server does for its requests.
package main

import (
	"context"
	"errors"
	"fmt"
)

func main() {
	sig, signal := context.WithCancel(context.Background())
	root := context.WithoutCancel(sig)
	base, cancel := context.WithCancelCause(root)

	list, endList := context.WithCancel(sig)
	defer endList()
	save, endSave := context.WithCancel(base)
	defer endSave()

	signal() // SIGTERM
	cancel(errors.New("stopping"))
	fmt.Println("list:", context.Cause(list))
	fmt.Println("save:", context.Cause(save))
}
