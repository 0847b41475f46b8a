package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"example.com/leakproof/internal/team/boardflags"
	"example.com/leakproof/internal/workspace"
)

// boardPackage is the board's program. This one only starts it: its databases
// would make the workbook slow to build.
const boardPackage = "internal/board"

// boardWait is how long a board may take to end, once it is told to.
const boardWait = 20 * time.Second

func (a *app) boardCommand() *cobra.Command {
	flags, watch := pflag.NewFlagSet("", pflag.ContinueOnError), ""
	new(boardflags.Options).Define(flags)
	cmd := &cobra.Command{
		Use:   "board",
		Short: "Serve a room: who joins it, and where they are stuck",
		Long: boardflags.About + `

The board is a program of its own. In a clone it is built, which takes a minute
the first time; elsewhere this command says how to get it.

--watch shows the room of a board that runs, in this terminal: on a screen, or in
lines with --plain. It takes the facilitator's secret from LEAKPROOF_SECRET or,
for a board on this machine, from its file, and asks for it elsewhere.`,
		Example: "  leakproof board --room \"Monday 10:00\" --listen :8080\n  leakproof board --watch http://192.0.2.7:8080",
		Args:    exactly(0, "only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var given []string // of the board's own
			flags.VisitAll(func(f *pflag.Flag) {
				if f.Changed {
					given = append(given, "--"+f.Name+"="+f.Value.String())
				}
			})
			if cmd.Flags().Changed("watch") {
				if len(given) > 0 {
					return usage("--watch shows a board that runs already: leave out %s", given[0])
				}
				return a.watchRoom(cmd.Context(), watch)
			}
			return a.runBoard(cmd.Context(), given)
		},
	}
	cmd.Flags().AddFlagSet(flags)
	cmd.Flags().StringVar(&watch, "watch", "", "show the room of the board at this address, in the terminal")
	return cmd
}

// runBoard builds the board of the clone and runs it until it ends.
func (a *app) runBoard(ctx context.Context, flags []string) error {
	root, err := workspace.Find(a.dir)
	if err != nil && !errors.Is(err, workspace.ErrNotFound) {
		return err
	}
	if _, err := os.Stat(filepath.Join(root, boardPackage)); root == "" || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the board is a program of its own, and this is no clone: run it with `go run %s/%s@%s`, which takes the same flags", workspace.Module, boardPackage, boardVersion())
	}
	goCommand, err := a.LookPath("go")
	if err != nil {
		return fmt.Errorf("the board is built with the go command, which is not there (%w): install Go", err)
	}
	state, err := a.state()
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "leakproof-board-")
	if err != nil {
		return fmt.Errorf("there is no temporary folder for the board (%w): free some space or set TMPDIR", err)
	}
	err = a.buildAndRun(ctx, goCommand, root, state, temp, flags)
	if left := os.RemoveAll(temp); left != nil {
		a.tell(fmt.Errorf("the temporary folder %s is still there (%w): remove it", temp, left))
	}
	return err
}

func (a *app) buildAndRun(ctx context.Context, goCommand, root, state, temp string, flags []string) error {
	binary := filepath.Join(temp, "board.exe") // Windows wants the ending, others do not mind it
	_, _ = fmt.Fprintln(a.Stderr, "Building the board; the first time takes about a minute.")
	build := exec.CommandContext(ctx, goCommand, "build", "-mod=readonly", "-o", binary, "./"+boardPackage)
	build.Dir, build.Stdout, build.Stderr = root, a.Stderr, a.Stderr
	if err := build.Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return fmt.Errorf("the board cannot be built (%w): correct what the go command says above", err)
	}

	// A signal reaches this process, which passes it on: a second one would end
	// the board before its requests are answered.
	board := exec.CommandContext(ctx, binary, flags...)
	board.Stdin, board.Stdout, board.Stderr = a.Stdin, a.Stdout, a.Stderr
	board.Env = append(os.Environ(), "LEAKPROOF_STATE="+state)
	board.WaitDelay = boardWait
	endGently(board)
	err := board.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil && board.ProcessState != nil && board.ProcessState.Success():
		return nil
	case errors.As(err, &exit) && exit.Exited():
		return &codeError{code: exit.ExitCode()} // it has told why
	case err != nil:
		return fmt.Errorf("the board ended (%w): start it again, nothing that it took is lost", err)
	}
	return nil
}

// boardVersion is what to ask the go command for: the board of this program's
// version.
func boardVersion() string {
	if build, ok := debug.ReadBuildInfo(); ok && build.Main.Version != "" && build.Main.Version != "(devel)" {
		return build.Main.Version
	}
	return "latest"
}
