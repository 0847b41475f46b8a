package kit

import "time"

// SetFreezeLimit shortens the watchdog's patience for a child process.
func SetFreezeLimit(d time.Duration) { freezeLimit = d }
