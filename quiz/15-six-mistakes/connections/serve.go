package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// serve starts a server, and counts the connections it has accepted.
func serve() (url string, accepted func() int32, stop func()) {
	var n atomic.Int32
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			n.Add(1)
		}
	}
	srv.Start()
	return srv.URL, n.Load, srv.Close
}

// call reads the answer to its end, and closes it.
func call(client *http.Client, url string) {
	res, err := client.Get(url)
	if err != nil {
		panic(err)
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		panic(err)
	}
}
