//go:build ignore

package openfile

// Version solution.
const Version = "solution"
