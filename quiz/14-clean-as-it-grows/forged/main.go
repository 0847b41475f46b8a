// Command forged logs a title with a line break in it, twice.
package main

import (
	"bytes"
	"fmt"
	"log"
	"log/slog"
)

func main() {
	title := "Milk\nERROR payments down"
	var a, b bytes.Buffer
	log.New(&a, "", 0).Printf("bad title %s", title)
	handler := slog.NewTextHandler(&b, nil)
	slog.New(handler).Info("bad title", "title", title)
	fmt.Println(lines(a), lines(b))
}

func lines(b bytes.Buffer) int {
	return bytes.Count(b.Bytes(), []byte("\n"))
}
