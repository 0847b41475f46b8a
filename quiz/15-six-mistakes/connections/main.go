// Command connections calls a server in two ways. serve, in another
// file, counts the connections that the server has accepted.
package main

import (
	"fmt"
	"net/http"
)

func main() {
	url, accepted, stop := serve()
	defer stop()
	shared := &http.Transport{}
	for range 3 {
		call(&http.Client{Transport: shared}, url)
	}
	fmt.Print(accepted(), " ")
	for range 3 {
		t := &http.Transport{}
		call(&http.Client{Transport: t}, url)
	}
	fmt.Println(accepted())
}
