package main

import (
	"context"
	"fmt"
	"time"
)

type idKey struct{}

func main() {
	ctx := context.WithValue(context.Background(), idKey{}, "4KQX")
	request, leave := context.WithTimeout(ctx, time.Hour)
	job := context.WithoutCancel(request)
	leave()

	_, limited := job.Deadline()
	fmt.Println(job.Value(idKey{}), limited, job.Err())
}
