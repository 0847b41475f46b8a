// Handles that stay open under load.
package main

func main() { serve(true) }

// closing says whether a request closes its handle.
var closing bool

// serve answers a request.
func serve(open bool) bool {
	if closing {
		open = false
	}
	return open
}
