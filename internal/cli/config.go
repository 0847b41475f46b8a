package cli

import (
	"fmt"
	"path/filepath"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/settings"
)

func (a *app) configCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "config [SETTING [VALUE]]",
		Short: "Show or choose how the workbook looks and which editor it opens",
		Long: `Show the settings and where they are kept, show one, or choose a value for it.
An empty value takes a choice back.

The settings are a TOML file that you can also write yourself. NO_COLOR in the
environment and the flag --theme go before it.`,
		Example: "  leakproof config\n  leakproof config theme contrast\n  leakproof config editor \"code --wait\"",
		Args:    atMost(2, "a setting and its value"),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var out []string
			for _, s := range settings.All {
				if len(args) == 0 {
					out = append(out, s.Name)
				} else if len(args) == 1 && s.Name == args[0] {
					out = s.Values
				}
			}
			return out, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			file, err := a.settingsFile()
			if err != nil {
				return err
			}
			chosen, problem := settings.Load(file)
			if len(args) == 0 {
				if err := a.showSettings(file, chosen); err != nil {
					return err
				}
				return problem
			}
			name, value := args[0], chosen.Get(args[0])
			if len(args) == 2 && args[1] != "" {
				value = args[1]
			}
			if err := settings.Check(name, value); err != nil {
				return usage("%w", err)
			}
			if len(args) == 1 {
				_, err := fmt.Fprintln(a.Stdout, value)
				return err
			}
			if problem != nil {
				return fmt.Errorf("nothing was changed: %w", problem)
			}
			if err := chosen.With(name, args[1]).Save(file); err != nil {
				return err
			}
			_, err = fmt.Fprintf(a.Stdout, "%s is kept in %s.\n", name, file)
			return err
		},
	}
}

func (a *app) showSettings(file string, chosen settings.Settings) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 0, 2, ' ', 0)
	for _, s := range settings.All {
		value, from := chosen.Get(s.Name), "by default"
		if chosen.Chosen(s.Name) {
			from = "chosen"
		}
		if value == "" {
			value = `""`
		}
		_, _ = fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.Name, value, from, s.Says)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(a.Stdout, "\nThey are kept in %s.\n", file)
	return err
}

// settingsFile is where the settings are.
func (a *app) settingsFile() (string, error) {
	file := a.Getenv("LEAKPROOF_SETTINGS")
	if file == "" {
		file = settings.DefaultFile()
	}
	abs, err := filepath.Abs(file)
	if err != nil {
		return "", fmt.Errorf("the settings %s have no path (%w): name another file in LEAKPROOF_SETTINGS", file, err)
	}
	return abs, nil
}
