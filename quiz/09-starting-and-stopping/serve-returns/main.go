// Command serve-returns shuts a server down while it serves.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
)

func main() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	srv := new(http.Server)
	go srv.Shutdown(context.Background())
	err = srv.Serve(ln)
	fmt.Println(err != nil, errors.Is(err, http.ErrServerClosed))
}
