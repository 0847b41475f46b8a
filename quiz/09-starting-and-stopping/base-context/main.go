// Command base-context derives as a server does for its requests.
package main

import (
	"context"
	"errors"
	"fmt"
)

func main() {
	sig, stop := context.WithCancel(context.Background())
	root := context.WithoutCancel(sig)
	base, cancel := context.WithCancelCause(root)
	request, end := context.WithCancel(base)
	defer end()

	stop() // SIGTERM
	fmt.Println("signal:", request.Err())
	cancel(errors.New("stopping"))
	fmt.Println("drained:", request.Err())
	fmt.Println("cause:", context.Cause(request))
}
