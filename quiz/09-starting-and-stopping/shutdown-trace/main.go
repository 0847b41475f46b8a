package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
)

func main() {
	ctx, signal := context.WithCancel(context.Background())
	var s *httptest.Server
	h := func(_ http.ResponseWriter, r *http.Request) {
		signal()
		fmt.Println("shutdown:", s.Config.Shutdown(ctx))
		fmt.Println("request:", r.Context().Err())
	}
	s = httptest.NewUnstartedServer(http.HandlerFunc(h))
	base := func(net.Listener) context.Context { return ctx }
	s.Config.BaseContext = base
	s.Start()
	http.Get(s.URL)
	s.Close() // waits for the request
}
