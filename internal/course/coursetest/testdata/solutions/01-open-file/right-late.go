//go:build ignore

package openfile

// Version right-late.
const Version = "right-late"
