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
	mail, cancel := context.WithTimeout(
		context.WithoutCancel(request), time.Minute)
	defer cancel()
	limited, stop := context.WithTimeout(request, time.Minute)
	defer stop()
	audit := context.WithoutCancel(limited)

	_, ok := mail.Deadline()
	fmt.Println("mail", mail.Value(key{}), ok)
	_, ok = audit.Deadline()
	fmt.Println("audit", audit.Value(key{}), ok)
}
