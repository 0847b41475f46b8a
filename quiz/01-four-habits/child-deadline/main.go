package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	bg := context.Background()
	request, leave := context.WithTimeout(bg, time.Hour)
	call, cancel := context.WithTimeout(request, 24*time.Hour)
	defer cancel()

	a, _ := request.Deadline()
	b, _ := call.Deadline()
	leave()
	fmt.Println(a.Equal(b), call.Err())
}
