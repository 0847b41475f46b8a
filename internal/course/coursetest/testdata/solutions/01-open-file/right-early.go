//go:build ignore

package openfile

// Version right-early.
const Version = "right-early"
