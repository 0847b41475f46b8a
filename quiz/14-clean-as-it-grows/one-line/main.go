// Command one-line reports one failure through two layers.
package main

import (
	"errors"
	"fmt"
)

var errDown = errors.New("store is down")

func load() error {
	fmt.Println("log:", errDown)
	return errDown
}

func get(id int) error {
	return fmt.Errorf("get %d: %v", id, load())
}

func main() {
	err := get(7)
	fmt.Println("log:", err, errors.Is(err, errDown))
}
