package editor

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// system is a computer: its variables, and the programs that it can run.
type system struct {
	goos     string
	env      map[string]string
	programs []string
}

func (s system) getenv(name string) string { return s.env[name] }

func (s system) lookPath(name string) (string, error) {
	if slices.Contains(s.programs, name) {
		return "found:" + name, nil
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

func TestCommandLines(t *testing.T) {
	const file = "/katas/a b/notes.go"
	tests := []struct {
		goos    string // linux if empty
		editor  string
		program string // the editor's first word if empty
		args    []string
		name    string // the program if empty
		window  bool
	}{
		{editor: "vi", args: []string{"+12", file}},
		{editor: "vim", args: []string{"+12", file}},
		{editor: "vim -g", args: []string{"-g", "+12", file}, window: true},
		{editor: "nvim", args: []string{"+12", file}},
		{editor: "nano", args: []string{"+12", file}},
		{editor: "emacs -nw", args: []string{"-nw", "+12", file}},
		{editor: "emacsclient -t", args: []string{"-t", "+12", file}},
		{editor: "emacsclient -n", args: []string{"-n", "+12", file}, window: true},
		{editor: "emacsclient --no-wait", args: []string{"--no-wait", "+12", file}, window: true},
		{editor: "micro", args: []string{"+12", file}},
		{editor: "hx", args: []string{file + ":12"}},
		{editor: "helix", args: []string{file + ":12"}},
		{editor: "kak", args: []string{"+12", file}},
		{editor: "joe", args: []string{"+12", file}},
		{editor: "gvim", args: []string{"+12", file}, window: true},
		{editor: "mvim", args: []string{"+12", file}, window: true},
		{editor: "code", args: []string{"--goto", file + ":12"}, window: true},
		{editor: "code --wait", args: []string{"--wait", "--goto", file + ":12"}, window: true},
		{editor: "code-insiders", args: []string{"--goto", file + ":12"}, window: true},
		{editor: "codium", args: []string{"--goto", file + ":12"}, window: true},
		{editor: "cursor", args: []string{"--goto", file + ":12"}, window: true},
		{editor: "subl", args: []string{file + ":12"}, window: true},
		{editor: "zed", args: []string{file + ":12"}, window: true},
		{editor: "goland", args: []string{"--line", "12", file}, window: true},
		{editor: "idea", args: []string{"--line", "12", file}, window: true},
		{editor: "gedit", args: []string{"+12", file}, window: true},
		{editor: "kate", args: []string{"--line", "12", file}, window: true},

		{editor: "ed", args: []string{file}},
		{editor: "env TERM=xterm vim", args: []string{"TERM=xterm", "vim", file}, name: "env"},
		{editor: "/opt/bin/vim", args: []string{"+12", file}, name: "vim"},
		{editor: "/opt/my tools/vim", program: "/opt/my tools/vim", args: []string{"+12", file}, name: "vim"},
		{editor: `"/opt/my tools/vim" -R`, program: "/opt/my tools/vim", args: []string{"-R", "+12", file}, name: "vim"},
		{editor: `vim -c "set nu" ''`, args: []string{"-c", "set nu", "", "+12", file}},

		{goos: "windows", editor: `C:\Tools\vim.exe`, args: []string{"+12", file}, name: "vim"},
		{goos: "windows", editor: `C:\Program Files\Notepad++\notepad++.exe`, program: `C:\Program Files\Notepad++\notepad++.exe`, args: []string{"-n12", file}, name: "notepad++", window: true},
		{goos: "windows", editor: `"C:\Program Files\Code\bin\Code.cmd" --wait`, program: `C:\Program Files\Code\bin\Code.cmd`, args: []string{"--wait", "--goto", file + ":12"}, name: "code", window: true},
		{goos: "windows", editor: "goland64.exe", args: []string{"--line", "12", file}, name: "goland64", window: true},
		{goos: "windows", editor: "idea64.exe", args: []string{"--line", "12", file}, name: "idea64", window: true},
		{goos: "windows", editor: "notepad", args: []string{file}, window: true},
	}
	tested := make(map[string]bool)
	for _, tt := range tests {
		t.Run(tt.editor, func(t *testing.T) {
			program := tt.program
			if program == "" {
				program, _, _ = strings.Cut(tt.editor, " ")
			}
			name := tt.name
			if name == "" {
				name = program
			}
			tested[name] = true
			s := system{goos: tt.goos, env: map[string]string{"VISUAL": tt.editor}, programs: []string{program}}
			cmd, info, err := command(s.goos, file, 12, s.getenv, s.lookPath)
			if err != nil {
				t.Fatal(err)
			}
			if want := append([]string{"found:" + program}, tt.args...); !slices.Equal(cmd.Args, want) {
				t.Errorf("command %q, want %q", cmd.Args, want)
			}
			if want := (Info{Name: name, Terminal: !tt.window}); info != want {
				t.Errorf("info %+v, want %+v", info, want)
			}
		})
	}
	for name := range known {
		if !tested[name] {
			t.Errorf("%s is known and not tested", name)
		}
	}
	for _, name := range suggested {
		if _, ok := known[name]; !ok {
			t.Errorf("%s is suggested and not known", name)
		}
	}
}

func TestNoLineOpensTheFileAlone(t *testing.T) {
	s := system{env: map[string]string{"EDITOR": "code"}, programs: []string{"code"}}
	for _, line := range []int{0, -1} {
		cmd, info, err := command(s.goos, "notes.go", line, s.getenv, s.lookPath)
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"found:code", "notes.go"}; !slices.Equal(cmd.Args, want) || info.Terminal {
			t.Errorf("line %d: %q, %+v; want %q in a window", line, cmd.Args, info, want)
		}
	}
}

func TestVisualComesBeforeEditor(t *testing.T) {
	tests := []struct{ visual, editor, want string }{
		{"vim", "nano", "vim"},
		{"", "nano", "nano"},
		{"  \t", " nano ", "nano"},
	}
	for _, tt := range tests {
		s := system{env: map[string]string{"VISUAL": tt.visual, "EDITOR": tt.editor}, programs: []string{"vim", "nano"}}
		_, info, err := Command("notes.go", 1, s.getenv, s.lookPath)
		if err != nil || info.Name != tt.want {
			t.Errorf("VISUAL=%q EDITOR=%q: %q, %v; want %q", tt.visual, tt.editor, info.Name, err, tt.want)
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	tests := []struct {
		name string
		sys  system
		want []string
		not  []string
	}{
		{"unset", system{goos: "linux", programs: []string{"nano", "code"}},
			[]string{"VISUAL and EDITOR are empty", "found here: nano, code;", "export EDITOR=nano"}, []string{"vim"}},
		{"unset on Windows", system{goos: "windows", programs: []string{"notepad"}},
			[]string{"found here: notepad;", `$env:EDITOR = "notepad"`}, []string{"export"}},
		{"unset and none there", system{goos: "linux"},
			[]string{"install one", "open katas/notes.go in any editor"}, []string{"found here"}},
		{"missing", system{goos: "linux", env: map[string]string{"EDITOR": "nvim --clean"}, programs: []string{"vim"}},
			[]string{`"nvim"`, "EDITOR names", "not found", "export EDITOR=vim"}, nil},
		{"missing visual", system{goos: "linux", env: map[string]string{"VISUAL": "nvim", "EDITOR": "vim"}, programs: []string{"vim"}},
			[]string{`"nvim"`, "VISUAL names", "export VISUAL=vim"}, nil},
		{"open quote", system{goos: "linux", env: map[string]string{"VISUAL": `vim "`}, programs: []string{"vim"}},
			[]string{"VISUAL is", "quotation mark", "export VISUAL=vim"}, nil},
		{"open quote on Windows", system{goos: "windows", env: map[string]string{"EDITOR": `vim "`}, programs: []string{"vim"}},
			[]string{"EDITOR is", "quotation mark", `$env:EDITOR = "vim"`}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd, info, err := command(tt.sys.goos, "katas/notes.go", 1, tt.sys.getenv, tt.sys.lookPath)
			if err == nil {
				t.Fatalf("it gave %v", cmd)
			}
			if cmd != nil || info != (Info{}) {
				t.Errorf("an error and %v, %+v", cmd, info)
			}
			for _, part := range tt.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not say %q", err, part)
				}
			}
			for _, part := range tt.not {
				if strings.Contains(err.Error(), part) {
					t.Errorf("%q says %q", err, part)
				}
			}
		})
	}
}

func TestSplit(t *testing.T) {
	tests := []struct {
		command string
		linux   []string // nil is an error
		windows []string
	}{
		{`vim`, []string{"vim"}, []string{"vim"}},
		{"  vim \t -u\nNONE ", []string{"vim", "-u", "NONE"}, []string{"vim", "-u", "NONE"}},
		{`a "b c" d`, []string{"a", "b c", "d"}, []string{"a", "b c", "d"}},
		{`a 'b c' d`, []string{"a", "b c", "d"}, []string{"a", "'b", "c'", "d"}},
		{`a "" b`, []string{"a", "", "b"}, []string{"a", "", "b"}},
		{`a"b c"d`, []string{"ab cd"}, []string{"ab cd"}},
		{`a "it's"`, []string{"a", "it's"}, []string{"a", "it's"}},
		{`a '"'`, []string{"a", `"`}, nil},
		{`a\ b c`, []string{"a b", "c"}, []string{`a\`, "b", "c"}},
		{`a "b\"c\\d\$e\f"`, []string{"a", `b"c\d$e\f`}, nil},
		{`a 'b\c'`, []string{"a", `b\c`}, []string{"a", `'b\c'`}},
		{`C:\x\y "D:\z\"`, nil, []string{`C:\x\y`, `D:\z\`}},
		{`a "b`, nil, nil},
		{`a 'b`, nil, []string{"a", "'b"}},
		{`a\`, nil, []string{`a\`}},
		{`""`, nil, nil},
		{` `, nil, nil},
	}
	for _, tt := range tests {
		for goos, want := range map[string][]string{"linux": tt.linux, "windows": tt.windows} {
			t.Run(fmt.Sprintf("%s %q", goos, tt.command), func(t *testing.T) {
				got, err := split(tt.command, goos)
				if (err != nil) != (want == nil) || !slices.Equal(got, want) {
					t.Errorf("%q, %v; want %q", got, err, want)
				}
			})
		}
	}
}
