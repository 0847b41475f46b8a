package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"example.com/leakproof/internal/editor"
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
				return fmt.Errorf("nothing was changed, because the file has a mistake: correct it first: %w", problem)
			}
			return a.choose(chosen.With(name, args[1]), name, file)
		},
	}
}

// choose keeps the settings, of which one was given a value or set back.
func (a *app) choose(chosen settings.Settings, name, file string) error {
	if err := chosen.Save(file); err != nil {
		return err
	}
	sentence := fmt.Sprintf("%s is %s now. That is kept in %s.", name, shown(chosen.Get(name)), file)
	if !chosen.Chosen(name) {
		sentence = fmt.Sprintf("%s is %s again, as by default.", name, shown(chosen.Get(name)))
	}
	if _, err := fmt.Fprintln(a.Stdout, sentence); err != nil {
		return fmt.Errorf("what was chosen cannot be written: %w", err)
	}
	if a.chosen = &chosen; name == "editor" && chosen.Chosen(name) {
		if _, _, err := editor.Command("notes.go", 1, a.getenv, a.LookPath); err != nil {
			a.tell(err) // it may be installed later
		}
	}
	return nil
}

// shown is a value where it stands in a sentence or a table.
func shown(value string) string {
	if value == "" {
		return `""`
	}
	return value
}

// showSettings writes for each setting its value, what it is about and what it
// can be.
func (a *app) showSettings(file string, chosen settings.Settings) error {
	var out strings.Builder
	for _, s := range settings.All {
		from := "by default"
		if chosen.Chosen(s.Name) {
			from = "chosen"
		}
		possible := strings.Join(s.Values, ", ")
		if s.Values == nil {
			possible = "a text, such as " + s.Example
		}
		fmt.Fprintf(&out, "%-12s%s (%s)\n%14s%s\n%14spossible: %s\n", s.Name, shown(chosen.Get(s.Name)), from, "", s.Says, "", possible)
	}
	fmt.Fprintf(&out, "\n`leakproof config SETTING VALUE` chooses. The file is %s.\n", file)
	if _, err := io.WriteString(a.Stdout, out.String()); err != nil {
		return fmt.Errorf("the settings cannot be written: %w", err)
	}
	return nil
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
