package lab

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/NimbleMarkets/ntcharts/v2/canvas"
	"github.com/NimbleMarkets/ntcharts/v2/canvas/graph"
	"github.com/NimbleMarkets/ntcharts/v2/canvas/runes"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
)

// span is how many seconds a plot shows.
const span = 60

// chart is one plot over the last seconds of a run.
type chart struct {
	title string
	unit  string
	lines []line  // one or two
	at    float64 // the time of the last sample
	top   float64 // of the axis of values, which begins at 0
	marks []mark
	names bool // the marks' names and the times stand below
}

// line is one number of a plot.
type line struct {
	title  string
	now    string
	points []lab.Point
}

// mark is an event on the axis of time.
type mark struct {
	at   float64
	text string
}

const (
	titleRows = 1
	axisRows  = 1
	nameRows  = 2 // the names of marks, and the times
	minPlot   = 2
	letters   = 2 // columns at the right, where two lines have a letter each
	dots      = 2 // of a cell, from left to right
	gap       = 2 // seconds without a sample that leave a line broken
)

// sides are the columns at the left and right of a plot, which plots below each
// other share: for values, and for letters.
type sides struct{ left, right int }

// draw draws the plot in so many cells.
func (c *chart) draw(t theme.Theme, width, height int, beside sides) []string {
	gutter := beside.left
	plot := frame{left: gutter + 1, width: max(4, width-gutter-1-beside.right), height: height - titleRows - axisRows}
	if c.names {
		plot.height -= nameRows
	}
	plot.height = max(minPlot, plot.height)
	plot.from = firstDot(c.at, plot.width)
	m := canvas.New(max(width, plot.left+plot.width), plot.height+axisRows)
	graph.DrawXYAxis(&m, canvas.Point{X: gutter, Y: plot.height}, t.Picture)
	c.drawValues(&m, t, plot)
	c.drawMarks(&m, t, plot)
	for i, l := range c.lines {
		c.drawLine(&m, t.Curves[i], plot, l.points, i > 0)
		if len(c.lines) > 1 {
			c.drawLetter(&m, t.Curves[i], plot, i)
		}
	}
	out := append([]string{c.head(t, width)}, rows(&m)...)
	if c.names {
		out = append(out, c.namesLine(t, plot, width), timesLine(t, plot, width))
	}
	return out
}

// rows are the lines of a canvas. Cells of one look are drawn together, which
// costs a tenth of drawing each of them, as the canvas does.
func rows(m *canvas.Model) []string {
	type look struct {
		color color.Color
		bold  bool
	}
	out := make([]string, m.Height())
	for y := range out {
		var line strings.Builder
		var stretch []rune
		var of lipgloss.Style
		var last look
		for x := range m.Width() {
			cell := m.Cell(canvas.Point{X: x, Y: y})
			if cell.Rune == runes.Null {
				stretch = append(stretch, ' ')
				continue
			}
			if here := (look{cell.Style.GetForeground(), cell.Style.GetBold()}); here != last {
				line.WriteString(of.Render(string(stretch)))
				stretch, of, last = stretch[:0], cell.Style, here
			}
			stretch = append(stretch, cell.Rune)
		}
		line.WriteString(of.Render(strings.TrimRight(string(stretch), " ")))
		out[y] = line.String()
	}
	return out
}

// frame is the part of a canvas in which lines are drawn.
type frame struct {
	left, width, height int
	from                int // the dot of the time axis at its left edge, counted from the start of the run
}

// perDot is how many seconds a dot stands for.
func perDot(width int) float64 { return span / float64(width*dots) }

// dot is the place of a time on the axis, counted from the start of the run. It
// stays the same while the plot moves, so that lines move and do not shimmer.
func dot(at float64, width int) int { return int(math.Floor(at / perDot(width))) }

// firstDot is the one at the left edge: the run's start, until the plot is full.
func firstDot(now float64, width int) int { return max(0, dot(now, width)-width*dots+1) }

// column is the cell of a time, counted from the left edge of the plot.
func (f frame) column(at float64) (x int, ok bool) {
	d := dot(at, f.width) - f.from
	return d / dots, d >= 0 && d < f.width*dots
}

// head is the title and, at the right, what is measured now. Where two numbers
// have no room beside the title, their own have to do.
func (c *chart) head(t theme.Theme, width int) string {
	if len(c.lines) == 1 {
		now := t.Bold.Inherit(t.Curves[0]).Render(c.lines[0].now)
		return ui.Fit(t.Heading.Render(c.title), max(0, width-xansi.StringWidth(now)-1)) + " " + now
	}
	taken := 0
	for _, l := range c.lines {
		taken += len("a ") + xansi.StringWidth(l.title) + 1 + xansi.StringWidth(l.now) + len("  ")
	}
	title, over := "", taken-len("  ")-width
	if room := -over - 2; room >= xansi.StringWidth(c.title) {
		title = ui.Fit(t.Heading.Render(c.title), room) + "  "
	}
	var parts []string
	for i, l := range c.lines {
		name := xansi.StringWidth(l.title)
		if over > 0 {
			name = max(1, name-(over+i)/len(c.lines))
		}
		parts = append(parts, t.Curves[i].Render(letter(i)+" "+xansi.Truncate(l.title, name, "…"))+" "+t.Bold.Inherit(t.Curves[i]).Render(l.now))
	}
	return ui.Fit(title+strings.Join(parts, "  "), width)
}

// letter tells the lines of a plot apart where colours do not.
func letter(i int) string { return string(rune('a' + i)) }

// ticks are the round values that stand beside the axis, with their rows from
// the top.
func (c *chart) ticks(height int) (rows []int, labels []string) {
	rows, labels = []int{0}, []string{text.Amount(c.unit, c.top)}
	if height >= 5 && height%2 == 1 {
		rows, labels = append(rows, height/2), append(labels, text.Amount(c.unit, c.top/2))
	}
	return append(rows, height-1), append(labels, "0")
}

// widest is the columns of its widest value. The half of a top may be wider than
// the top: 0.5 and 1, 5000 ms and 10 s.
func (c *chart) widest() int {
	return max(xansi.StringWidth(text.Amount(c.unit, c.top)), xansi.StringWidth(text.Amount(c.unit, c.top/2)))
}

func (c *chart) drawValues(m *canvas.Model, t theme.Theme, f frame) {
	rows, labels := c.ticks(f.height)
	for i, row := range rows {
		x := f.left - 1 - xansi.StringWidth(labels[i])
		m.SetStringWithStyle(canvas.Point{X: x, Y: row}, labels[i], t.Dim)
		m.SetRuneWithStyle(canvas.Point{X: f.left - 1, Y: row}, '┤', t.Picture)
	}
}

// drawMarks draws a thin line through the plot at each event, and its foot on
// the axis.
func (c *chart) drawMarks(m *canvas.Model, t theme.Theme, f frame) {
	for _, e := range c.marks {
		x, ok := f.column(e.at)
		if !ok {
			continue
		}
		for row := range f.height {
			m.SetRuneWithStyle(canvas.Point{X: f.left + x, Y: row}, '┊', t.Picture)
		}
		m.SetRuneWithStyle(canvas.Point{X: f.left + x, Y: f.height}, '▲', t.Bold)
	}
}

// drawLine draws a line through points. A dashed one leaves out every other
// few dots, in places that do not move.
func (c *chart) drawLine(m *canvas.Model, style lipgloss.Style, f frame, points []lab.Point, dashed bool) {
	const dash = 3
	grid := graph.NewBrailleGrid(f.width, f.height, 0, float64(f.width*dots-1), 0, c.top)
	var last canvas.Point
	lastAt := math.Inf(-1)
	for _, p := range points {
		x := dot(p.At, f.width) - f.from
		if x < 0 {
			continue
		}
		here := grid.GridPoint(canvas.Float64Point{X: float64(x), Y: max(0, min(p.Value, c.top))})
		path := []canvas.Point{here}
		if p.At-lastAt <= gap {
			path = graph.GetLinePoints(last, here)
		}
		for _, on := range path {
			if !dashed || (on.X+f.from)/dash%2 == 0 {
				grid.Set(on)
			}
		}
		last, lastAt = here, p.At
	}
	graph.DrawBraillePatterns(m, canvas.Point{X: f.left}, grid.BraillePatterns(), style)
}

// drawLetter writes the letter of a line beside its end, each in a column of its
// own.
func (c *chart) drawLetter(m *canvas.Model, style lipgloss.Style, f frame, i int) {
	points := c.lines[i].points
	if len(points) == 0 || c.top <= 0 {
		return
	}
	share := max(0, min(1, points[len(points)-1].Value/c.top))
	row := int(math.Round((1 - share) * float64(f.height-1)))
	m.SetStringWithStyle(canvas.Point{X: f.left + f.width + i, Y: row}, letter(i), style)
}

// namesLine names the marks, the newest in full and the others as far as there
// is room.
func (c *chart) namesLine(t theme.Theme, f frame, width int) string {
	row := []rune(strings.Repeat(" ", width))
	limit := width
	for i := len(c.marks) - 1; i >= 0; i-- {
		x, ok := f.column(c.marks[i].at)
		if !ok {
			continue
		}
		start, name := f.left+x, c.marks[i].text
		if n := xansi.StringWidth(name); limit == width && start+n > width {
			start = max(f.left, width-n) // the newest: to the left of its mark, if need be
		}
		name = xansi.Truncate(name, limit-start, "…")
		if limit-start < 3 {
			continue
		}
		copy(row[start:], []rune(name))
		limit = start - 1
	}
	return t.Bold.Render(strings.TrimRight(string(row), " "))
}

// timesLine are the seconds since the run began, at round places.
func timesLine(t theme.Theme, f frame, width int) string {
	every := 10.0
	if f.width < 50 {
		every = 20
	}
	row := []rune(strings.Repeat(" ", width))
	for at := 0.0; ; at += every {
		x, ok := f.column(at)
		if !ok && dot(at, f.width) > f.from {
			break
		}
		text := []rune(fmt.Sprintf("%.0f s", at))
		if start := f.left + x; ok && start+len(text) <= width {
			copy(row[start:], text)
		}
	}
	return t.Dim.Render(strings.TrimRight(string(row), " "))
}

// scale is the top of an axis of values. It is a round number that grows when
// the values do, and shrinks when they have been far below it for as long as the
// plot shows.
type scale struct{ top float64 }

// fit makes the scale show values up to highest.
func (s *scale) fit(highest float64, unit string) {
	if unit == "%" && highest <= 100 {
		s.top = 100
		return
	}
	if want := roundUp(highest * 1.05); want > s.top || want*3 <= s.top {
		s.top = want
	}
}

// roundUp is the next number above v of which the half is round as well.
func roundUp(v float64) float64 {
	if v <= 1 {
		return 1
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, n := range []float64{1, 2, 4, 6, 8} {
		if v <= n*power {
			return n * power
		}
	}
	return 10 * power
}
