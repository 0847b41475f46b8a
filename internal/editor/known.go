package editor

// knownEditor is what a known editor wants.
type knownEditor struct {
	// at returns the arguments that open a file at a line; nil if the editor has none.
	at func(file, line string) []string
	// window is set for an editor with a window of its own.
	window bool
	// windowWith lists the arguments that make an editor of the terminal leave it alone.
	windowWith []string
}

// The ways of naming a line.
func plusLine(file, line string) []string  { return []string{"+" + line, file} }
func colonLine(file, line string) []string { return []string{file + ":" + line} }
func gotoLine(file, line string) []string  { return []string{"--goto", file + ":" + line} }
func lineFlag(file, line string) []string  { return []string{"--line", line, file} }

// known holds the editors by their short names. Editors that may or may not open a window, as Emacs does, are taken for editors
// of the terminal: a suspended screen costs a key, and two programs that draw on one terminal cost the session.
var known = map[string]knownEditor{
	"vi":          {at: plusLine, windowWith: []string{"-g"}},
	"vim":         {at: plusLine, windowWith: []string{"-g"}},
	"nvim":        {at: plusLine},
	"nano":        {at: plusLine},
	"emacs":       {at: plusLine},
	"emacsclient": {at: plusLine, windowWith: []string{"-n", "--no-wait"}},
	"micro":       {at: plusLine},
	"hx":          {at: colonLine},
	"helix":       {at: colonLine},
	"kak":         {at: plusLine},
	"joe":         {at: plusLine},

	"gvim":          {at: plusLine, window: true},
	"mvim":          {at: plusLine, window: true},
	"code":          {at: gotoLine, window: true},
	"code-insiders": {at: gotoLine, window: true},
	"codium":        {at: gotoLine, window: true},
	"cursor":        {at: gotoLine, window: true},
	"subl":          {at: colonLine, window: true},
	"zed":           {at: colonLine, window: true},
	"goland":        {at: lineFlag, window: true},
	"goland64":      {at: lineFlag, window: true},
	"idea":          {at: lineFlag, window: true},
	"idea64":        {at: lineFlag, window: true},
	"gedit":         {at: plusLine, window: true},
	"kate":          {at: lineFlag, window: true},
	"notepad++":     {at: func(file, line string) []string { return []string{"-n" + line, file} }, window: true},
	"notepad":       {window: true},
}

// suggested lists the editors that advice looks for, the most common first.
var suggested = []string{
	"vim", "nvim", "vi", "nano", "emacs", "micro", "hx", "helix", "kak", "joe",
	"code", "codium", "cursor", "subl", "zed", "goland", "idea", "gedit", "kate", "notepad++", "notepad",
}
