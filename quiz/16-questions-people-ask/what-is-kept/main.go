// Command what-is-kept detaches two contexts from a request.
package main

import (
	"context"
	"fmt"
	"time"
)

type key struct{}

func main() {
	request := context.WithValue(context.Background(), key{}, "4bf9")
	request, answered := context.WithTimeout(request, time.Hour)
	inside := context.WithoutCancel(request)
	around, stop := context.WithTimeout(inside, time.Minute)
	defer stop()
	answered()

	_, ok := inside.Deadline()
	fmt.Println("inside", inside.Value(key{}), ok, inside.Err())
	_, ok = around.Deadline()
	fmt.Println("around", around.Value(key{}), ok, around.Err())
}
