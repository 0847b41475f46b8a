// Slow clients: a server with room for fifty connections, and clients that
// take all the time they're given.
package main

import (
	"time"

	"example.com/leakproof/lessons/lab/host"
)

var (
	slow = host.Switch("slow")

	header = host.Switch("header")
	read   = host.Switch("read")
	write  = host.Switch("write")
	idle   = host.Switch("idle")
)

func main() {
	host.Main(host.Lab{
		Service: serve,
		Load:    []host.Stream{{Name: "honest", Rate: 20, Path: "/notes/7", Timeout: 2 * time.Second, New: true}},
		Clients: slowClients,
	})
}
