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
	fmt.Println("same deadline:", a.Equal(b))

	leave()
	fmt.Println("call:", call.Err())
}
