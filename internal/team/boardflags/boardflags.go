// Package boardflags is what a board is started with: the flags that `leakproof
// board` passes on, and the board's own.
package boardflags

import "github.com/spf13/pflag"

// About explains the command.
const About = `Serve a room: people join it with "leakproof join", and its page shows the
facilitator where they are stuck.

Without --listen only this machine reaches the board. Other machines do with
--listen :8080; what they say is not encrypted, so outside of a network that you
trust put a proxy with TLS before the board, and name its address with --url.
Limits go by a request's address, which is the proxy's then: --trusted-proxy names
the proxies whose X-Forwarded-For the board goes by. They must add the address
that they hear from at its right end, as nginx ($proxy_add_x_forwarded_for) and
Caddy do.

What people send is kept in a SQLite file in the state folder, or in PostgreSQL
with --database postgres://USER@HOST:5432/NAME, which several boards may share
if they have the same facilitator's secret and --room. Keep a password out of
the command line: in PGPASSWORD or ~/.pgpass. A database holds several rooms.`

// Options are the flags.
type Options struct {
	Listen    string
	Database  string // "" is a file in the state folder
	Room      string
	Agenda    string
	URL       string
	NewSecret bool

	TrustedProxy string // networks, with commas between them
}

// Define adds the flags to a set.
func (o *Options) Define(flags *pflag.FlagSet) {
	flags.StringVar(&o.Listen, "listen", "127.0.0.1:0", "the address to listen at; port 0 takes a free one")
	flags.StringVar(&o.Database, "database", "", "a SQLite file or postgres://USER@HOST:5432/NAME (default: board.db in the state folder)")
	flags.StringVar(&o.Room, "room", "Leakproof", "the room to open, or to make")
	flags.StringVar(&o.Agenda, "agenda", "", "a file of \"leakproof session plan\": the page shows its steps")
	flags.StringVar(&o.URL, "url", "", "the address under which people reach the board, if it is another one")
	flags.StringVar(&o.TrustedProxy, "trusted-proxy", "", "the network of the proxies before the board, such as 10.1.0.0/16; several with commas")
	flags.BoolVar(&o.NewSecret, "new-secret", false, "make a new secret for the facilitator; the old one ends")
}
