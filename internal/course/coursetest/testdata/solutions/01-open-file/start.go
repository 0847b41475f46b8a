//go:build ignore

package openfile

// Version start.
const Version = "start"
