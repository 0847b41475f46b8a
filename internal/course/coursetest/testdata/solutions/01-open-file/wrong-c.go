//go:build ignore

package openfile

// Version wrong-c.
const Version = "wrong-c"
