// Package nightly tells tests how long they may take: whoever works waits for
// them, the night does not.
package nightly

import "os"

// On reports whether LEAKPROOF_NIGHTLY asks for everything.
func On() bool { return os.Getenv("LEAKPROOF_NIGHTLY") == "1" }

// Times is how often to repeat what only catches chance: few times for whoever
// waits, many at night.
func Times(few, many int) int {
	if On() {
		return many
	}
	return few
}
