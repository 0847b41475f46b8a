package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/mdp/qrterminal/v3"

	"example.com/leakproof/internal/team/room"
)

// greeting is what the facilitator reads when the board has started.
type greeting struct {
	room       info
	people     int
	address    string
	code       room.JoinCode
	secret     string // only the first time
	secretFile string
	loopback   bool // no other machine reaches the board
}

func (g greeting) write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "The room %q is open.", g.room.name)
	if g.people > 0 {
		fmt.Fprintf(&b, " %d took part since %s; --room NAME opens another one.", g.people, g.room.opened.Local().Format("2 January"))
	}
	fmt.Fprintf(&b, "\n\nJoin:    %s\n         The code holds until %s.\n", room.JoinLine(g.address, g.code.Code), g.code.Expires.Local().Format(time.DateTime))
	fmt.Fprintf(&b, "Page:    %s/\nSecret:  ", g.address)
	if g.secret != "" {
		fmt.Fprintf(&b, "%s\n         The page asks for it. It is shown only this time, and kept in\n         %s\n", g.secret, g.secretFile)
	} else {
		fmt.Fprintf(&b, "in %s; the page asks for it\n", g.secretFile)
	}
	switch {
	case g.loopback:
		b.WriteString("\nOnly this machine reaches the board; --listen :8080 opens it to the network.\n")
	case !isTLS(g.address):
		b.WriteString("\nOthers on the network can read what is sent: see `leakproof board --help`.\n")
	}
	if f, ok := out.(*os.File); ok && !g.loopback && term.IsTerminal(f.Fd()) {
		b.WriteByte('\n')
		qrterminal.GenerateHalfBlock(g.address+"#"+g.code.Code, qrterminal.M, &b)
	}
	b.WriteString("\nCtrl-C stops the board. What was sent is kept, and people go on when it is back.\n")
	_, err := io.WriteString(out, b.String())
	return err
}
