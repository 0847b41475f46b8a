//go:build ignore

package openfile

// Version wrong-e.
const Version = "wrong-e"
