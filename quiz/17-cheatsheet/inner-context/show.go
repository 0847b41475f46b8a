package main

import (
	"context"
	"fmt"
	"time"
)

const budget = time.Hour

func prepare(context.Context) {}

func show(ctx context.Context, name string) {
	_, ok := ctx.Deadline()
	fmt.Println(name, ok)
}
