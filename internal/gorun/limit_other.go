//go:build unix && !linux

package gorun

// markLimit does nothing: there is no /proc to find a limit in.
func markLimit(int, uint64) error { return nil }
