// Package settings is what a learner has chosen once and for all, such as how
// the screens look: a small TOML file that a person can write as well.
package settings

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/natefinch/atomic"
	"github.com/pelletier/go-toml/v2"
)

// Setting is one thing that can be chosen.
type Setting struct {
	Name    string
	Says    string   // what it is about
	Values  []string // the first one is the default; nil takes any text
	Example string   // of a text
}

// All are the settings there are.
var All = []Setting{
	{Name: "theme", Says: "colours; auto asks the terminal for its background", Values: []string{"auto", "dark", "light", "contrast", "none"}},
	{Name: "characters", Says: "what frames and pictures are drawn with; auto asks the locale", Values: []string{"auto", "unicode", "ascii"}},
	{Name: "motion", Says: "whether anything moves by itself", Values: []string{"on", "off"}},
	{Name: "mouse", Says: "whether the wheel and clicks work; off leaves the mouse to the terminal", Values: []string{"on", "off"}},
	{Name: "editor", Says: "the command that opens a kata; empty: $VISUAL or $EDITOR", Example: "code --wait"},
}

// Settings are what was chosen. The zero value has nothing but defaults.
type Settings struct{ chosen map[string]string }

// Get is the value of a setting.
func (s Settings) Get(name string) string {
	if value, ok := s.chosen[name]; ok {
		return value
	}
	if i := index(name); i >= 0 && All[i].Values != nil {
		return All[i].Values[0]
	}
	return ""
}

// Chosen reports whether the file sets it.
func (s Settings) Chosen(name string) bool {
	_, ok := s.chosen[name]
	return ok
}

// With is the settings with another value, "" for the default one.
func (s Settings) With(name, value string) Settings {
	chosen := maps.Clone(s.chosen)
	if chosen == nil {
		chosen = map[string]string{}
	}
	if chosen[name] = value; value == "" {
		delete(chosen, name)
	}
	return Settings{chosen}
}

// DefaultFile is where the settings are, unless the learner names another file.
func DefaultFile() string { return filepath.Join(xdg.ConfigHome, "leakproof", "settings.toml") }

// maxSize bounds the file: some hundred bytes are usual.
const maxSize = 64 << 10

// Load reads the file; where there is none, everything is as by default. What is
// wrong in it is the error, and everything else of it counts all the same.
func Load(file string) (Settings, error) {
	s := Settings{chosen: map[string]string{}}
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case err != nil:
		return s, fmt.Errorf("the settings cannot be read (%w): repair or remove that file", err)
	case !info.Mode().IsRegular(), info.Size() > maxSize:
		return s, fmt.Errorf("%s is no file of settings: name another file in LEAKPROOF_SETTINGS", file)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return s, fmt.Errorf("the settings cannot be read (%w): repair or remove that file", err)
	}
	var read map[string]any
	if err := toml.Unmarshal(content, &read); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			row, _ := at.Position()
			return s, fmt.Errorf("%s:%d is not TOML (%w): write name = \"value\"", file, row, err)
		}
		return s, fmt.Errorf("%s is not TOML (%w): write name = \"value\" on each line", file, err)
	}
	var problems []error
	for name, value := range read {
		text, isText := value.(string)
		if !isText {
			text = fmt.Sprint(value)
		}
		if err := Check(name, text); err != nil {
			problems = append(problems, fmt.Errorf("%s: %w", file, err))
			continue
		}
		s.chosen[name] = text
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return s, errors.Join(problems...)
}

// Check says what is wrong with a setting or its value, and what is possible.
func Check(name, value string) error {
	i := index(name)
	if i < 0 {
		var names []string
		for _, s := range All {
			names = append(names, s.Name)
		}
		return fmt.Errorf("there is no setting %q: there are %s", name, strings.Join(names, ", "))
	}
	if values := All[i].Values; values != nil && !slices.Contains(values, value) {
		return fmt.Errorf("%s cannot be %q: it can be %s", name, value, strings.Join(values, ", "))
	}
	return nil
}

func index(name string) int {
	return slices.IndexFunc(All, func(s Setting) bool { return s.Name == name })
}

// Save writes the file anew. Comments in it are lost.
func (s Settings) Save(file string) error {
	content, err := toml.Marshal(s.chosen)
	if err != nil {
		return fmt.Errorf("the settings cannot be written: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return fmt.Errorf("the settings cannot be written (%w): name another file in LEAKPROOF_SETTINGS", err)
	}
	if err := atomic.WriteFile(file, bytes.NewReader(content)); err != nil {
		return fmt.Errorf("the settings cannot be written (%w): name another file in LEAKPROOF_SETTINGS", err)
	}
	return nil
}
