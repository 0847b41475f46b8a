package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
)

// flushTime bounds a run of `leakproof join --flush`.
const flushTime = 10 * time.Second

func (a *app) joinCommand() *cobra.Command {
	var request room.JoinRequest
	sure, flush := false, false
	cmd := &cobra.Command{
		Use:   "join [URL [CODE]]",
		Short: "Join a room, so that a team sees where it is stuck",
		Long: `Join the room of a board, at the address and with the code that who runs it gives
you. Before anything is sent it shows what will be, and asks. Without an address
it says which room you are in, what was sent and what waits.

From then on each check, hint, reset and opened lesson is told to the board, with
its time; your code only with --share-code. Nothing of before the joining is sent.
What happens while the board cannot be reached waits, and is sent later.
"leakproof leave" ends it.`,
		Example: "  leakproof join http://192.0.2.7:8080 KWMHTRPC\n  leakproof join https://board.example.com --as Anna\n  leakproof join",
		Args:    atMost(2, "the board's address and the join code"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if flush {
				return a.sendNow(cmd.Context())
			}
			if len(args) == 0 {
				if cmd.Flags().NFlag() > 0 && (request.Name != "" || request.ShareCode || sure) {
					return usage("give the board's address and the join code too")
				}
				return a.showRoom(cmd.Context())
			}
			if len(args) > 1 {
				request.Code = args[1]
			}
			return a.join(cmd.Context(), args[0], request, sure)
		},
	}
	cmd.Flags().StringVar(&request.Name, "as", "", "your name in the room (default: one that the board makes up)")
	cmd.Flags().BoolVar(&request.ShareCode, "share-code", false, "send what you repaired with each check")
	cmd.Flags().BoolVar(&sure, "yes", false, "do not ask; agree to a connection that is not encrypted, too")
	cmd.Flags().BoolVar(&flush, "flush", false, "send what waits, and end")
	_ = cmd.Flags().MarkHidden("flush") // it fails for a flag that does not exist
	return cmd
}

// join joins a room after the learner has seen what will be sent, and agreed.
func (a *app) join(ctx context.Context, address string, request room.JoinRequest, sure bool) error {
	board, err := room.Address(address)
	if err != nil {
		return usage("%w", err)
	}
	if request.Name != "" {
		if request.Name, err = room.CleanName(request.Name); err != nil {
			return usage("%w", err)
		}
	}
	wb, err := a.open()
	if err != nil {
		return err
	}
	if wb.Room == nil {
		return fmt.Errorf("you cannot join a room, because %s", a.notice)
	}
	if err := member.May(wb.Room.Dir); err != nil {
		return usage("%w", err)
	}
	s := a.lines(wb)
	defer s.Close()
	terminal := isTerminal(a.Stdin)
	if request.Code == "" && terminal {
		if request.Code, err = s.Ask(ctx, "The join code, which who runs the board can tell you:"); err != nil {
			return unanswered(err)
		}
	}
	if request.Code == "" {
		return usage("give the join code too: who runs the board can tell it to you")
	}
	if _, err := fmt.Fprint(a.Stdout, terms(board, request)); err != nil {
		return fmt.Errorf("what would be sent cannot be shown: %w", err)
	}
	if !sure {
		if !terminal {
			return unanswered(io.EOF)
		}
		if yes, err := agree(ctx, s, board); !yes || err != nil {
			return unanswered(err)
		}
	}
	if err := a.readyRelay(ctx); err != nil {
		return fmt.Errorf("you are in no room, and nothing was sent: %w", err)
	}
	m, err := member.Join(ctx, member.Joining{Dir: wb.Room.Dir, Log: wb.Log, Board: board, Request: request, Transport: a.Relay, Now: a.Now()})
	var failure *room.Failure
	if errors.As(err, &failure) {
		return notJoined(failure)
	}
	if err != nil {
		return err
	}
	return a.write("You are in the room %s as %s.\n`leakproof join` shows what was sent and what waits; `leakproof leave` ends it.\n", m.Room, m.Name)
}

// readyRelay sees to it that boards can be reached, and says so if that takes long.
func (a *app) readyRelay(ctx context.Context) error {
	return a.Relay.Ready(ctx, func() {
		_, _ = fmt.Fprintln(a.Stderr, "Building what talks to the board: some ten seconds, once.")
	})
}

// terms are what will be sent, and where.
func terms(board string, request room.JoinRequest) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	line("The board: %s", text.Visible(board))
	if request.Name == "" {
		line("Your name there: one that the board makes up (--as NAME chooses another)")
	} else {
		line("Your name there: %s", request.Name)
	}
	line("\nFrom now on the board is told")
	line("- of each check: the kata, the verdict, the tests that failed and the")
	line("  misconceptions they stand for;")
	if request.ShareCode {
		line("  your code too, as it was checked (--share-code);")
	}
	line("- of each hint: the kata, and which hint;")
	line("- of each reset: the kata;")
	line("- of each lesson: that you opened it;")
	line("- that you leave, if you do;")
	line("- and when each of these happened.")
	if !request.ShareCode {
		line("Your code is not sent.")
	}
	line("With the joining it gets a random secret that no other board gets, so that you")
	line("are the same person there if you join again.")
	line("Nothing else is sent, and nothing of before now. `leakproof leave` ends it.")
	if room.Readable(board) {
		line("\nThe connection is not encrypted (http): whoever is on the network between here")
		line("and there can read what you send, and send in your name.")
	}
	line("")
	return out.String()
}

// agree asks whether that may be sent.
func agree(ctx context.Context, s *plain.Session, board string) (bool, error) {
	if room.Readable(board) {
		if yes, err := s.Confirm(ctx, "Send it over a connection that is not encrypted?", "Send it all the same", "Do not join"); !yes || err != nil {
			return false, err
		}
	}
	return s.Confirm(ctx, "Join this room?", "Join", "Do not join")
}

// unanswered ends a command whose question got no yes.
func unanswered(err error) error {
	switch {
	case errors.Is(err, io.EOF):
		return usage("nothing was sent, because nobody answered: add --yes to agree")
	case err != nil:
		return err
	}
	return &codeError{exitUnsolved, errors.New("nothing was sent, and you are in no room")}
}

// notJoined says why a board did not let somebody join, and what to do.
func notJoined(why *room.Failure) error {
	code, next := exitUnfit, "See whether the board runs and this is its address, then try again."
	switch why.Code {
	case room.Forbidden, room.CodeExpired:
		code, next = exitUsage, "Ask who runs the board for the join code of now."
	case room.Refused, room.BadRequest, room.TooLarge:
		code, next = exitUsage, "Correct that, then try again."
	case room.Full:
		next = "Ask who runs the board."
	case room.SlowDown, room.Busy:
		next = fmt.Sprintf("Try again in %.0f seconds.", max(1, why.RetryAfter.Seconds()))
	}
	return &codeError{code, fmt.Errorf("you are in no room. %s %s", text.Sentence(why.Says), next)}
}

// showRoom says which room the learner is in.
func (a *app) showRoom(ctx context.Context) error {
	wb, err := a.open()
	if err != nil {
		return err
	}
	if wb.Room == nil {
		return fmt.Errorf("nobody knows what room you are in, because %s", a.notice)
	}
	a.tellNotice()
	m, err := member.Load(wb.Room.Dir)
	if errors.Is(err, member.ErrNone) {
		return a.write("You are in no room. `leakproof join URL CODE` joins one.\n")
	}
	if err != nil {
		return err
	}
	waiting, err := wb.Room.Waiting(ctx, 0)
	if err != nil {
		return err
	}
	a.after = 0 // whoever looks wants it sent, so all that waits is tried again
	return a.write("%s", standing(m, waiting, a.Now()))
}

// standing is how it stands with a membership.
func standing(m member.Membership, waiting int, now time.Time) string {
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, format+"\n", args...) }
	when := func(at time.Time) string { return text.Date(at, now, "2 January, 15:04", "2 January 2006, 15:04") }
	line("The room: %s, at %s", m.Room, text.Visible(m.Board))
	line("Your name there: %s, since %s", m.Name, when(m.JoinedAt))
	code := "without your code"
	if m.ShareCode {
		code = "your code too"
	}
	line("Sent: %s, %s", workbook.Count(m.Sent, "event"), code)
	if m.Refused > 0 {
		line("Refused by the board, and not sent again: %s", workbook.Count(m.Refused, "event"))
	}
	switch m.Ended {
	case member.Unknown:
		line("The board does not know you any more, so nothing is sent. `leakproof join URL CODE` joins again, `leakproof leave` forgets the room.")
	case member.Left:
		line("You left. The board could not be asked yet to delete what you sent: `leakproof leave --delete` asks again, `leakproof leave` gives that up.")
	default:
		line("Waiting: %s%s", workbook.Count(waiting, "event"), why(m, waiting, when))
	}
	return out.String()
}

// why says why events wait, and what happens next.
func why(m member.Membership, waiting int, when func(time.Time) string) string {
	switch {
	case waiting == 0:
		return ""
	case m.Trouble != "":
		return fmt.Sprintf(", because %s (since %s): sending is tried again now, in the background, and with each check.", m.Trouble, when(m.TroubleSince))
	}
	return ", because no command waits for the board: sending goes on now, in the background, and `leakproof join` shows when it is done."
}

// sendNow sends what waits. Nobody sees what it says.
func (a *app) sendNow(ctx context.Context) error {
	wb, err := a.open()
	if err != nil || wb.Room == nil {
		return err
	}
	if n, err := wb.Room.Waiting(ctx, 0); n == 0 || err != nil {
		return err
	}
	// To build it counts for nothing here: a build that is always cut off never ends. If it fails, the sending notes why.
	if err := a.Relay.Ready(ctx, nil); ctx.Err() != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, flushTime)
	defer cancel()
	return wb.Room.Flush(bounded)
}

// sendLater has what this run recorded for the room sent by a process in the background: no command waits for a board.
func (a *app) sendLater() {
	if a.room == nil {
		return
	}
	waiting, err := a.room.Waiting(context.Background(), a.after)
	if err == nil && waiting > 0 {
		err = a.Detach("join", "--flush", "--state", a.room.Dir)
	}
	if err != nil {
		a.tell(fmt.Errorf("the room was not told of this yet (%w): `leakproof join` says what waits", err))
	}
}

// write writes what a command was asked for.
func (a *app) write(format string, args ...any) error {
	if _, err := fmt.Fprintf(a.Stdout, format, args...); err != nil {
		return fmt.Errorf("the answer cannot be written: %w", err)
	}
	return nil
}
