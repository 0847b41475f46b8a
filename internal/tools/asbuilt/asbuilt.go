// Package asbuilt has the go command build what tests and measurements start the
// way they were built themselves. What both are made of, such as the standard
// library or a database, is then compiled once, and a program that is started
// under the race detector has it as well.
package asbuilt

import "runtime/debug"

// Flags are those of "go build".
func Flags() []string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil
	}
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return []string{"-race"}
		}
	}
	return nil
}
