package cli

import (
	"time"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/workbook"
)

// AttemptsJSON is what attempts writes: "leakproof.attempts/1".
type AttemptsJSON struct {
	Schema   string        `json:"schema"`
	Kata     string        `json:"kata"`
	Attempts []AttemptJSON `json:"attempts"` // the last one checked first
}

// AttemptJSON is a version of a kata's file that was checked and is kept.
type AttemptJSON struct {
	Number int      `json:"number"` // what --show, --diff and --restore take; 1 is the last one checked
	At     string   `json:"at"`     // of its last check (RFC 3339)
	Status string   `json:"status"` // of its last verdict
	Hash   string   `json:"hash"`   // SHA-256 of the file, in hexadecimal
	Failed []string `json:"failed"` // names of the tests that failed
}

func (a *app) attemptsCommand() *cobra.Command {
	show, diff, restore, asJSON := 0, 0, 0, false
	cmd := &cobra.Command{
		Use:   "attempts [KATA]",
		Short: "List the versions of your repair that were checked",
		Long: `List the versions of your repair that were checked, the last one first: its
number, the time, the verdict, how many tests failed, and the hash of the file.
The newest 50 of a kata are kept in the folder "attempts" of the state folder.

--show and --diff write control characters as \x1b to a terminal; in a pipe the
text is as it was, byte for byte.

--restore puts one back. What it replaces is kept as with reset, and
"leakproof reset KATA --undo" takes it back.

` + folderHelp,
		Example:           "  leakproof attempts 1\n  leakproof attempts 1 --diff 3\n  leakproof attempts 1 --restore 3",
		Args:              atMost(1, "the kata"),
		ValidArgsFunction: a.completeKatas,
		RunE: func(cmd *cobra.Command, args []string) error {
			chosen := ""
			for _, name := range []string{"show", "diff", "restore", "json"} {
				if !cmd.Flags().Changed(name) {
					continue
				}
				if chosen != "" {
					return usage("--%s and --%s do different things: give one of them", chosen, name)
				}
				chosen = name
			}
			wb, err := a.open()
			if err != nil {
				return err
			}
			k, err := a.oneKata(wb, args)
			if err != nil {
				return err
			}
			list, err := wb.Attempts(k)
			if err != nil {
				return err
			}
			if asJSON {
				a.tellNotice()
				return a.writeJSON(attemptsJSON(k, list))
			}
			s := a.lines(wb)
			defer s.Close()
			if chosen == "" {
				return s.Attempts(k)
			}
			number := show + diff + restore // two of them are 0
			if number < 1 || number > len(list) {
				return usage("kata %d has no attempt %d: `leakproof attempts %d` lists those that are kept", k.Number, number, k.Number)
			}
			attempt := list[number-1]
			switch chosen {
			case "show":
				return s.Attempt(k, attempt)
			case "diff":
				return s.AttemptDiff(k, attempt)
			default:
				return s.Restore(cmd.Context(), k, attempt)
			}
		},
	}
	cmd.Flags().IntVar(&show, "show", 0, "print the attempt of this `number`")
	cmd.Flags().IntVar(&diff, "diff", 0, "show what changed from the attempt of this `number` to your file")
	cmd.Flags().IntVar(&restore, "restore", 0, "put the attempt of this `number` back")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write JSON (leakproof.attempts/1)")
	return cmd
}

func attemptsJSON(k *course.Kata, list []workbook.Attempt) AttemptsJSON {
	out := AttemptsJSON{Schema: "leakproof.attempts/1", Kata: k.ID, Attempts: []AttemptJSON{}}
	for i, at := range list {
		out.Attempts = append(out.Attempts, AttemptJSON{
			Number: i + 1, At: at.At.UTC().Format(time.RFC3339), Status: at.Status, Hash: at.Hash, Failed: append([]string{}, at.Failed...),
		})
	}
	return out
}
