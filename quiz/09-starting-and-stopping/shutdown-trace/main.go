package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
)

func main() {
	busy, release := make(chan int), make(chan int)
	h := func(_ http.ResponseWriter, r *http.Request) {
		busy <- 1
		<-release
		fmt.Println("request:", r.Context().Err())
	}
	s := httptest.NewServer(http.HandlerFunc(h))
	go http.Get(s.URL)
	<-busy
	ctx, signal := context.WithCancel(context.Background())
	signal()
	fmt.Println("shutdown:", s.Config.Shutdown(ctx))
	close(release)
	s.Close() // waits for the request
}
