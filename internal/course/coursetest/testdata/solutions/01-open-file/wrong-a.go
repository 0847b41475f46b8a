//go:build ignore

package openfile

// Version wrong-a.
const Version = "wrong-a"
