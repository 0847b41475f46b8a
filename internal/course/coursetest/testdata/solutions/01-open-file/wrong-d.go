//go:build ignore

package openfile

// Version wrong-d.
const Version = "wrong-d"
