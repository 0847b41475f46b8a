package main

import (
	"context"
	"fmt"
	"time"
)

func main() {
	bg, h := context.Background(), time.Hour
	page, stop := context.WithTimeout(bg, 2*h)
	defer stop()
	for _, limit := range []time.Duration{3 * h, h, 3 * h} {
		part, cancel := context.WithTimeout(page, limit)
		end, _ := part.Deadline()
		fmt.Println(time.Until(end).Round(h))
		cancel()
	}
}
