//go:build ignore

package openfile

// Version wrong-b.
const Version = "wrong-b"
