package main

import (
	"context"
	"errors"
	"fmt"
)

func main() {
	bg := context.Background()
	page, stopPage := context.WithCancelCause(bg)
	search, stopSearch := context.WithCancelCause(page)

	stopSearch(errors.New("slow"))
	stopPage(errors.New("shutdown"))
	stopPage(errors.New("blocked"))

	fmt.Println("page:", context.Cause(page))
	fmt.Println("search:", context.Cause(search))
}
