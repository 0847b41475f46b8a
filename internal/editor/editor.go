// Package editor builds the command that opens a file in the learner's editor, at a line if the editor is known.
package editor

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// Info says what to expect of an editor.
type Info struct {
	// Name is the editor's short name, such as "vim".
	Name string
	// Terminal reports whether the editor needs the terminal: suspend the screen and wait until the command ends. Otherwise it
	// has a window of its own, and the command may end at once or when the window is closed.
	Terminal bool
}

// Setting is what getenv is asked for first: the editor among the learner's settings. No variable has such a name.
const Setting = "the setting editor"

// Command returns the command that opens file in the editor that [Setting], or else $VISUAL or $EDITOR, names. The value may hold arguments
// and is split as a shell would split it; a value that is the path of a program is taken whole. A line above 0 is where a known
// editor opens the file. An editor that is not known gets the file alone and is taken for one that needs the terminal.
//
// The caller supplies os.Getenv and exec.LookPath. The command has no input and no output yet.
func Command(file string, line int, getenv func(string) string, lookPath func(string) (string, error)) (*exec.Cmd, Info, error) {
	return command(runtime.GOOS, file, line, getenv, lookPath)
}

func command(goos, file string, line int, getenv func(string) string, lookPath func(string) (string, error)) (*exec.Cmd, Info, error) {
	variable, value := "", ""
	for _, variable = range []string{Setting, "VISUAL", "EDITOR"} {
		if value = strings.TrimSpace(getenv(variable)); value != "" {
			break
		}
	}
	if value == "" {
		return nil, Info{}, fmt.Errorf("no editor is set: VISUAL and EDITOR are empty; %s", advice(goos, file, "EDITOR", lookPath))
	}

	path, err := lookPath(value)
	words := []string{value}
	if err != nil {
		if words, err = split(value, goos); err != nil {
			return nil, Info{}, fmt.Errorf("%s is %q: %w; set it again, for example: %s", variable, value, err, setting(goos, variable, "vim"))
		}
		if path, err = lookPath(words[0]); err != nil {
			return nil, Info{}, fmt.Errorf("the editor %q, which %s names, cannot be run: %w; %s", words[0], variable, err, advice(goos, file, variable, lookPath))
		}
	}

	name := shortName(words[0])
	info := Info{Name: name, Terminal: true}
	args, target := words[1:], []string{file}
	if k, ok := known[name]; ok {
		info.Terminal = !k.window && !slices.ContainsFunc(args, func(a string) bool { return slices.Contains(k.windowWith, a) })
		if line > 0 && k.at != nil {
			target = k.at(file, strconv.Itoa(line))
		}
	}
	// No context: the end of this program must not end an editor with unsaved work.
	return &exec.Cmd{Path: path, Args: slices.Concat([]string{path}, args, target)}, info, nil
}

// shortName returns an editor's name without folder and without the extension that Windows wants.
func shortName(program string) string {
	// Both separators on every system: a path of the other kind only makes the editor unknown.
	name := strings.ToLower(program[strings.LastIndexAny(program, `/\`)+1:])
	switch ext := filepath.Ext(name); ext {
	case ".exe", ".cmd", ".bat", ".com":
		return strings.TrimSuffix(name, ext)
	}
	return name
}

// advice says how to set an editor in a variable, and names those that could be set.
func advice(goos, file, variable string, lookPath func(string) (string, error)) string {
	var found []string
	for _, name := range suggested {
		if _, err := lookPath(name); err == nil {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return fmt.Sprintf("no editor that Leakproof knows was found either: install one, or open %s in any editor by hand", file)
	}
	return fmt.Sprintf("found here: %s; set one, for example: %s", strings.Join(found, ", "), setting(goos, variable, found[0]))
}

// setting returns what to type to set a variable.
func setting(goos, variable, value string) string {
	if variable == Setting {
		return "leakproof config editor " + value
	}
	if goos == "windows" {
		return fmt.Sprintf("$env:%s = %q", variable, value)
	}
	return fmt.Sprintf("export %s=%s", variable, value)
}
