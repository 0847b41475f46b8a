// Package kit holds what the kata suites share: a bubble of virtual time that
// ends with a leak check, a counter of calls that are still running, a context that
// counts what is derived from it, a wait for everybody to come to rest, and calls
// that meet on several processors. Only suites import it. A network and a database
// that live in memory are packages below this one: whoever needs neither is not
// linked with net/http and database/sql, and a learner waits for that at each save.
//
// A suite never measures real time. It runs the code under test in a [Bubble],
// where an hour passes at once when every goroutine waits, where the order of
// events is the same on every machine, and where a goroutine that stays behind
// is found with the line it is stuck on; a [Clock] is a bubble without that last
// check. Where a right answer may hold a mutex while it waits, which would stop
// the clock of a bubble, it uses [Settle]. What takes turns cannot race, so for
// the race detector it uses [Race] as well.
package kit
