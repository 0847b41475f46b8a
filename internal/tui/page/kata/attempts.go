package kata

import (
	"context"
	"fmt"

	"charm.land/bubbles/v2/table"
	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/keymap"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
)

// attempts lists the versions of a kata's file that were checked, and compares
// one of them with the present file.
type attempts struct {
	page     *Kata
	task     *ui.Task
	list     []workbook.Attempt
	cursor   ui.Cursor
	table    table.Model
	compared string // hash of the one compared; "" shows the list
	diff     string
}

type attemptsMsg struct {
	list     []workbook.Attempt
	compared string
	diff     string
	err      error
}

func newAttempts(p *Kata) attempts {
	a := attempts{page: p, table: table.New(table.WithFocused(true))}
	a.task = ui.NewTask(p.env.Jobs, func(msg tea.Msg) tea.Cmd { return p.attempts.take(msg.(attemptsMsg)) })
	return a
}

// when says when an attempt was checked.
func (p *Kata) when(a workbook.Attempt) string {
	return text.Date(a.At, p.env.Workbook.Now(), "2 Jan 15:04:05", "2 Jan 2006")
}

// undoes names the key that takes a reset back.
func undoes() string { return keymap.Name(keymap.Undo) + " undoes it." }

// show reads the list anew and, with a hash, compares that version with the
// file as it is now.
func (a *attempts) show(hash string) tea.Cmd {
	wb, k := a.page.env.Workbook, a.page.kata
	return a.task.Start(func(context.Context) tea.Msg {
		list, err := wb.Attempts(k)
		msg := attemptsMsg{list: list, err: err}
		if err == nil && hash != "" {
			msg.compared = hash
			msg.diff, msg.err = wb.AttemptDiff(k, hash)
		}
		return msg
	})
}

func (a *attempts) take(msg attemptsMsg) tea.Cmd {
	selected := ""
	if a.cursor.At < len(a.list) {
		selected = a.list[a.cursor.At].Hash
	}
	a.list, a.cursor = msg.list, ui.Cursor{Moved: true}
	for i, at := range a.list {
		if at.Hash == selected {
			a.cursor.At = i
		}
	}
	if msg.err != nil {
		a.compared = ""
		return a.page.env.Warn(msg.err)
	}
	if a.compared != msg.compared {
		a.page.pagers[attemptsTab].ScrollTo(0)
	}
	a.compared, a.diff = msg.compared, msg.diff
	return nil
}

// listed reports whether the list is shown.
func (a *attempts) listed() bool { return len(a.list) > 0 && a.compared == "" }

func (a *attempts) actions(pager *ui.Pager) []ui.Action {
	if len(a.list) == 0 {
		return pager.Scrolling()
	}
	selected := a.list[a.cursor.At]
	restore := ui.On(keymap.PutBack, func() tea.Cmd { return a.page.restore(selected) })
	if a.compared != "" {
		back := ui.On(keymap.BackToList, ui.Do(func() {
			a.task.Stop()
			a.compared, a.cursor.Moved = "", true
		}))
		return append([]ui.Action{restore, back}, pager.Scrolling()...)
	}
	return append([]ui.Action{
		ui.On(keymap.CompareToNow, func() tea.Cmd { return a.show(selected.Hash) }),
		restore,
	}, a.cursor.Moves(len(a.list), "attempt")...)
}

func (a *attempts) layout(pager *ui.Pager, width, height int) {
	if a.listed() {
		a.fill(width, height)
		return
	}
	pager.Set(a.lines(width), width, height)
}

// move takes the cursor with the wheel.
func (a *attempts) move(by int) {
	a.cursor = ui.Cursor{At: max(0, min(len(a.list)-1, a.cursor.At+by)), Moved: true}
}

// click selects the attempt on a line below the table's head, and compares the
// one that is selected. A table that scrolls does not tell where it is.
func (a *attempts) click(line int) tea.Cmd {
	at := line - 1
	switch {
	case len(a.list) >= a.page.height || at < 0 || at >= len(a.list):
		return nil
	case at == a.cursor.At:
		return a.show(a.list[at].Hash)
	}
	a.cursor = ui.Cursor{At: at, Moved: true}
	return nil
}

// fill puts the attempts into the table.
func (a *attempts) fill(width, height int) {
	t := a.page.env.Theme
	rows := make([]table.Row, len(a.list))
	for i, attempt := range a.list {
		sign := " "
		if i == a.cursor.At {
			sign = ">"
		}
		rows[i] = table.Row{sign, a.page.when(attempt), attempt.Status, fmt.Sprint(len(attempt.Failed)), attempt.Hash[:min(len(attempt.Hash), 12)]}
	}
	columns := []table.Column{{Title: "", Width: 1}, {Title: "Checked", Width: 15}, {Title: "Verdict", Width: 13}, {Title: "Failed", Width: 6}, {Title: "Version", Width: 12}}
	if width < 60 {
		columns[3].Width, columns[4].Width = 0, 0 // a table leaves these out
	}
	styles := table.DefaultStyles()
	styles.Header, styles.Selected = t.Dim.Padding(0, 1), t.Cursor
	a.table.SetStyles(styles)
	a.table.SetColumns(columns)
	a.table.SetRows(rows)
	a.table.SetWidth(width)
	a.table.SetHeight(height)
	a.table.SetCursor(a.cursor.At)
}

// lines are what is shown in place of the list.
func (a *attempts) lines(width int) []string {
	t := a.page.env.Theme
	if len(a.list) == 0 {
		return ui.WrapText("Each version that the suite has checked will be listed here: to compare it with the present one, or to put it back.", width)
	}
	out := ui.Paint(t.Bold, ui.WrapText("From the attempt of "+a.page.when(a.list[a.cursor.At])+" to your file now", width))
	keys := fmt.Sprintf("%s puts it back, %s shows the list.", keymap.Name(keymap.PutBack), keymap.Name(keymap.BackToList))
	out = append(out, t.Dim.Render(keys), "")
	if a.diff == "" {
		return append(out, t.Good.Render(workbook.Same))
	}
	return append(out, ui.Diff(a.page.env.Look, a.diff, width, "then", "now")...)
}
