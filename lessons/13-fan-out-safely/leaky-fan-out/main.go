// Leaky fan-out: a search that asks four shards at once and returns when the
// first one fails. What becomes of the other three?
package main

import (
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const searches = 50 // a second

var (
	fail   = host.Switch("fail")
	buffer = host.Switch("buffer")
	cancel = host.Switch("cancel")
	listen = host.Switch("listen")

	shardCalls = host.Count("shard_calls")
)

func main() {
	host.Main(host.Lab{
		Dependencies: map[string]http.Handler{"shards": http.HandlerFunc(shard)},
		Service:      serve,
		Load:         []host.Stream{{Name: "searches", Rate: searches, Path: "/search", Timeout: 2 * time.Second}},
	})
}

// shard answers after 40 ms. The fourth one fails at once when it is told to.
func shard(w http.ResponseWriter, r *http.Request) {
	shardCalls.Add(1)
	if fail.On() && r.URL.Path == "/3" {
		http.Error(w, "no disk", http.StatusServiceUnavailable)
		return
	}
	select {
	case <-time.After(40 * time.Millisecond):
		_, _ = w.Write([]byte("3 notes\n")) // a caller that left does not read it
	case <-r.Context().Done():
	}
}
