package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/workbook"
)

// Below this size nothing useful can be shown.
const (
	minWidth  = 28
	minHeight = 8
)

// root is the one model of the program: it holds the current screen, the
// dialog and the help above it, and decides who gets a message.
type root struct {
	env    *env
	home   *home
	screen screen // the home screen or the one opened from it
	below  screen // the one to go back to, if it is not home; it goes on meanwhile
	start  Start
	dialog *dialog
	help   *help
	notice string

	width, height int
	drawn         string // the last drawing, "" when something changed since
}

func newRoot(e *env, start Start, notice string) *root {
	h := newHome(e)
	return &root{env: e, home: h, screen: h, start: start, notice: notice}
}

// Init implements [tea.Model].
func (r *root) Init() tea.Cmd {
	cmds := []tea.Cmd{r.home.init()}
	if r.start.Kind != "" {
		cmds = append(cmds, r.open(r.start))
	}
	return tea.Batch(cmds...)
}

// Update implements [tea.Model].
func (r *root) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	r.drawn = ""
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		r.width, r.height = msg.Width, msg.Height
	case tea.BackgroundColorMsg:
		r.env.theme = newTheme(msg.IsDark(), r.env.color)
	case tea.KeyPressMsg:
		return r, r.press(msg)
	case tea.PasteMsg:
		return r, r.paste(msg)
	case result:
		if !msg.stale() {
			return r, msg.task.owner.update(msg.msg)
		}
	case openMsg:
		return r, r.open(msg.start)
	case overMsg:
		return r, r.over(msg)
	case backMsg:
		return r, r.back()
	case noticeMsg:
		r.notice = msg.text
	case askMsg:
		msg.dialog.since = r.env.wb.Now()
		r.dialog = msg.dialog
	}
	return r, nil
}

// press resolves a key in a fixed order: quitting, the dialog, the help, a
// screen that takes text, then what the screen and the program offer.
func (r *root) press(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+c":
		return tea.Quit
	case "ctrl+z":
		return tea.Suspend
	}
	r.notice = ""
	if d := r.dialog; d != nil {
		return r.answer(d, k)
	}
	if r.help != nil {
		if key.Matches(k, r.help.closing.Binding) {
			r.help = nil
			return nil
		}
		return dispatch(r.help.pager.scrolling(), k)
	}
	if t, ok := r.screen.(typist); ok {
		if cmd, taken := t.typing(k); taken {
			return cmd
		}
	}
	return dispatch(r.actions(), k)
}

func (r *root) answer(d *dialog, k tea.KeyPressMsg) tea.Cmd {
	if r.env.wb.Now().Sub(d.since) < dialogGrace {
		return nil
	}
	switch k.String() {
	case "y", "Y":
		r.dialog = nil
		return d.yes()
	case "n", "N", "esc", "q":
		r.dialog = nil
	}
	return nil
}

// paste gives pasted text to a screen that takes text, key by key.
func (r *root) paste(p tea.PasteMsg) tea.Cmd {
	t, ok := r.screen.(typist)
	if !ok || r.dialog != nil || r.help != nil {
		return nil
	}
	var cmds []tea.Cmd
	for _, char := range strings.ReplaceAll(p.Content, "\n", " ") {
		cmd, _ := t.typing(tea.KeyPressMsg{Text: string(char), Code: char})
		cmds = append(cmds, cmd)
	}
	return tea.Batch(cmds...)
}

func dispatch(actions []action, k tea.KeyPressMsg) tea.Cmd {
	for _, a := range actions {
		if !key.Matches(k, a.Binding) {
			continue
		}
		if a.off != "" {
			return notice(a.off)
		}
		return a.do()
	}
	return nil
}

// actions are the screen's and then the program's own.
func (r *root) actions() []action {
	actions := r.screen.actions()
	if r.screen == r.home {
		actions = append(actions, on(func() tea.Cmd { return tea.Quit }, "q", "quit", "q"))
	} else {
		actions = append(actions, on(func() tea.Cmd { return send(backMsg{}) }, "q", "back", "q", "esc"))
	}
	return append(actions, on(func() tea.Cmd { r.help = newHelp(r); return nil }, "?", "help", "?"))
}

func (r *root) open(start Start) tea.Cmd {
	next, err := r.env.screenFor(start)
	if err != nil {
		return notice(err.Error())
	}
	r.leave()
	r.screen, r.help = next, nil
	return next.init()
}

// over shows a screen above the present one, which goes on.
func (r *root) over(msg overMsg) tea.Cmd {
	if r.below == nil {
		r.below = r.screen
	} else {
		r.screen.close()
	}
	r.screen, r.help = msg.screen, nil
	return msg.screen.init()
}

func (r *root) back() tea.Cmd {
	if r.below != nil {
		r.screen.close()
		r.screen, r.below = r.below, nil
		return nil
	}
	r.leave()
	r.screen = r.home
	return r.home.init()
}

// leave closes whatever is open above home.
func (r *root) leave() {
	for _, s := range []screen{r.screen, r.below} {
		if s != nil && s != r.home {
			s.close()
		}
	}
	r.below = nil
}

func (e *env) screenFor(start Start) (screen, error) {
	switch start.Kind {
	case workbook.ReadStep:
		l, err := e.wb.Course.FindLesson(start.ID)
		if err != nil {
			return nil, err
		}
		return newReader(e, l), nil
	case workbook.ReviewStep:
		return newReview(e), nil
	case workbook.TestOutStep:
		return newTestOut(e, start.ID)
	case workbook.ProgressStep:
		return newStatistics(e), nil
	case workbook.QuizStep:
		if start.ID == "" {
			return newQuiz(e, nil), nil
		}
		l, err := e.wb.Course.FindLesson(start.ID)
		if err != nil {
			return nil, err
		}
		return newQuiz(e, l), nil
	case workbook.RepairStep:
		k, err := e.wb.Course.FindKata(start.ID)
		if err != nil {
			return nil, err
		}
		return newRepair(e, k), nil
	case workbook.CandidateStep:
		k, err := e.wb.Course.FindKata(start.ID)
		if err != nil {
			return nil, err
		}
		return newCandidates(e, k), nil
	}
	return nil, fmt.Errorf("there is no screen %q", start.Kind)
}

// View implements [tea.Model]. It runs after every message, so it keeps what
// it drew until something changes.
func (r *root) View() tea.View {
	if r.drawn == "" && r.width > 0 {
		r.drawn = strings.Join(r.draw(), "\n")
	}
	v := tea.NewView(r.drawn)
	v.AltScreen = true
	v.WindowTitle = "Leakproof: " + r.screen.title()
	return v
}

func (r *root) draw() []string {
	if r.width < minWidth || r.height < minHeight {
		text := fmt.Sprintf("%dx%d is too small. Enlarge to %dx%d, or run leakproof --plain. ctrl+c quits.", r.width, r.height, minWidth, minHeight)
		lines := wrap(text, r.width)
		return lines[:min(len(lines), r.height)]
	}
	// The header, a blank line where there is room, the screen, the footer.
	top := 1
	if r.height >= 20 {
		top = 2
	}
	footer := r.footer()
	height := r.height - top - len(footer)
	var body []string
	switch {
	case r.dialog != nil:
		body = r.dialog.lines(r.env, r.width)
	case r.help != nil:
		body = r.help.lines(r.width, height)
	default:
		body = r.screen.lines(r.width, height)
	}
	lines := make([]string, top, r.height)
	lines[0] = r.header() // after the screen, whose drawing it tells about
	lines = append(lines, body[:min(len(body), height)]...)
	for len(lines) < top+height {
		lines = append(lines, "")
	}
	lines = append(lines, footer...)
	for i, line := range lines {
		lines[i] = xansi.Truncate(line, r.width, "…")
	}
	return lines
}

func (r *root) header() string {
	t := r.env.theme
	right := r.screen.status()
	left := "Leakproof"
	if r.screen != r.home {
		left += " › " + r.screen.title()
	}
	room := r.width - xansi.StringWidth(right) - 1
	if room < 12 {
		return fit(t.title.Render(left), r.width)
	}
	return fit(t.title.Render(xansi.Truncate(left, room, "…")), room) + " " + t.dim.Render(right)
}

// footer is the notice, if there is one, or else the keys that fit.
func (r *root) footer() []string {
	t := r.env.theme
	if r.notice != "" {
		lines := wrap(r.notice, r.width)
		for i, line := range lines {
			lines[i] = t.warn.Render(line)
		}
		return lines[:min(len(lines), max(1, r.height/3))]
	}
	if r.dialog != nil {
		return []string{""}
	}
	actions := r.actions()
	if r.help != nil {
		actions = []action{r.help.closing}
	}
	// The last one is help: it always stands, the others as far as they fit.
	last := hintFor(t, actions[len(actions)-1])
	room := r.width - xansi.StringWidth(last)
	var line strings.Builder
	for _, a := range actions[:len(actions)-1] {
		if a.quiet || a.off != "" {
			continue
		}
		hint := hintFor(t, a) + "  "
		if w := xansi.StringWidth(hint); w <= room {
			line.WriteString(hint)
			room -= w
		}
	}
	return []string{line.String() + last}
}

func hintFor(t theme, a action) string {
	return t.accent.Render(a.Help().Key) + " " + t.dim.Render(a.Help().Desc)
}
