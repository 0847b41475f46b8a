package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

func main() {
	slow := errors.New("search is slow")
	bg := context.Background()
	page, stop := context.WithCancelCause(bg)
	search, cancel := context.WithTimeoutCause(page, time.Hour, slow)
	defer cancel()

	stop(errors.New("user is blocked"))
	stop(errors.New("shutdown"))
	fmt.Println(search.Err())
	fmt.Println(context.Cause(search))
}
