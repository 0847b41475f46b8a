package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

func (a *app) leaveCommand() *cobra.Command {
	everything := false
	cmd := &cobra.Command{
		Use:   "leave",
		Short: "Leave the room",
		Long: `Leave the room: nothing is sent any more. With --delete the board deletes what it
holds of you; on a terminal it asks whether it should. Without, the board shows
that you are gone; if you join it again, you are the same person there.`,
		Example: "  leakproof leave\n  leakproof leave --delete",
		Args:    exactly(0, "only flags"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.leave(cmd.Context(), everything) },
	}
	cmd.Flags().BoolVar(&everything, "delete", false, "have the board delete your name and what you sent")
	return cmd
}

func (a *app) leave(ctx context.Context, everything bool) error {
	dir, err := a.state()
	if err != nil {
		return err
	}
	m, err := member.Load(dir)
	if errors.Is(err, member.ErrNone) {
		return a.write("You are in no room.\n")
	}
	if err != nil { // nothing of it can be used, so it is forgotten
		if err := member.Leave(ctx, dir, false, a.Relay); err != nil {
			return err
		}
		return a.write("You are in no room now. What was kept of it could not be read; if you sent something to a board, it is still there, and only who runs the board can delete it.\n")
	}
	there := fmt.Sprintf("your name (%s) and what you sent", m.Name)
	if !everything && isTerminal(a.Stdin) && m.Ended != member.Unknown {
		s := plain.New(nil, a.Stdin, a.Stdout, a.Stderr)
		defer s.Close()
		everything, err = s.Confirm(ctx, fmt.Sprintf("The board holds %s. Delete them?", there), "Delete them", "Leave them there")
		if errors.Is(err, io.EOF) {
			return usage("you are still in the room, because nobody answered")
		}
		if err != nil {
			return err
		}
	}
	if everything || m.Ended != member.Unknown { // else the board is not asked
		if err := a.readyRelay(ctx); ctx.Err() != nil {
			return err // another one is met again, and told then
		}
	}
	err = member.Leave(ctx, dir, everything, a.Relay)
	var failure *room.Failure
	switch {
	case errors.As(err, &failure) && everything:
		return fmt.Errorf("you left the room, and nothing is sent any more, but the board still holds %s. %s `leakproof leave --delete` asks it again", there, text.Sentence(failure.Says))
	case err != nil && failure == nil:
		return err
	case m.Ended == member.Unknown:
		return a.write("You left the room %s, which did not know you any more.\n", m.Room)
	case everything:
		return a.write("You left the room %s, and the board has deleted everything of you.\n", m.Room)
	}
	told := ""
	if failure != nil {
		told = fmt.Sprintf(" It could not be told that you left, so it shows you as before. %s", text.Sentence(failure.Says))
	}
	return a.write("You left the room %s. Nothing is sent any more. The board still holds %s: who runs it can delete them, or join again and `leakproof leave --delete`.%s\n", m.Room, there, told)
}
