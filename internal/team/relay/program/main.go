// Program program is the relay: what the workbook starts, once for each request, to talk to a board. Everything that it is told comes
// on its standard input, since other users of the machine can see arguments, and it ends when that ends: however the workbook does.
package main

import (
	"encoding/json"
	"os"

	"example.com/leakproof/internal/team/relay/direct"
)

func main() {
	if failure := direct.Serve(os.Stdin, os.Stdout, direct.Transport()); failure != nil {
		_ = json.NewEncoder(os.Stderr).Encode(failure) // nobody may listen any more
		os.Exit(1)
	}
}
