package lab

import (
	"math"
	"slices"
	"strings"
	"testing"

	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
	wire "example.com/leakproof/lessons/lab"
)

// TestTheScaleDoesNotJump: it is round, grows when it must, and shrinks only
// when what is shown is far below it.
func TestTheScaleDoesNotJump(t *testing.T) {
	for _, tc := range []struct {
		unit    string
		highest []float64
		want    []float64
	}{
		{"", []float64{0, 38, 41, 55, 40, 58, 57, 59}, []float64{1, 40, 60, 60, 60, 80, 80, 80}},
		{"", []float64{19000, 20000, 12000, 7000, 6000, 41}, []float64{20000, 40000, 40000, 8000, 8000, 60}},
		{"ms", []float64{2.5, 0.2, 900, 951}, []float64{4, 1, 1000, 1000}},
		{"%", []float64{0.3, 99.6, 100, 130}, []float64{100, 100, 100, 200}},
	} {
		var s scale
		for i, highest := range tc.highest {
			if s.fit(highest, tc.unit); s.top != tc.want[i] {
				t.Errorf("%v %s: after %g the top is %g, want %g", tc.highest, tc.unit, highest, s.top, tc.want[i])
			}
		}
	}
}

// drawn is a plot as text.
func drawn(c *chart, width, height int) []string {
	lines := c.draw(theme.New(theme.None, true, false), width, height, sides{left: 5, right: letters})
	for i, line := range lines {
		lines[i] = strings.TrimRight(xansi.Strip(line), " ")
	}
	return lines
}

// TestTheValuesOfAnAxisAreWhole, also where the half is wider than the top.
func TestTheValuesOfAnAxisAreWhole(t *testing.T) {
	p := benched(t)
	numbers := map[string]float64{}
	for _, n := range p.lab.Numbers {
		numbers[n.ID] = 0.4
	}
	p.run.take(saidMsg{update: lab.Update{Sample: &wire.Sample{At: 1, Numbers: numbers}}})
	halves := 0
	for height := 6; height < 30; height++ {
		for _, line := range p.plotLines(60, height) {
			value, _, ok := strings.Cut(xansi.Strip(line), "┤")
			if value = strings.TrimSpace(value); ok && !slices.Contains([]string{"1", "0.5", "0"}, value) {
				t.Errorf("%d lines: %q", height, line)
			}
			if value == "0.5" {
				halves++
			}
		}
	}
	if halves == 0 {
		t.Error("no plot shows its half")
	}
}

func ramp(until float64) (points []lab.Point) {
	for at := 0.25; at <= until; at += 0.25 {
		points = append(points, lab.Point{At: at, Value: at})
	}
	return points
}

// TestALineMovesAndDoesNotShimmer: a second later, a full plot shows the same
// dots further to the left.
func TestALineMovesAndDoesNotShimmer(t *testing.T) {
	wave := func(until float64) *chart {
		c := &chart{top: 100, at: until, lines: []line{{}}}
		for at := until - span; at <= until; at += 0.25 {
			if at > 0 {
				c.lines[0].points = append(c.lines[0].points, lab.Point{At: at, Value: 50 + 40*math.Sin(at*3)})
			}
		}
		return c
	}
	before, after := drawn(wave(120), 38, 8), drawn(wave(122), 38, 8) // 30 cells: one every two seconds
	for row := 1; row < 7; row++ {
		old, moved := []rune(ui.Fit(before[row], 38)), []rune(ui.Fit(after[row], 38))
		if want, got := string(old[8:34]), string(moved[7:33]); want != got {
			t.Errorf("row %d: %q became %q", row, want, got)
		}
	}
}

// TestAPlotHasItsMarksAndItsTimes: a mark has its name, the newest in full, and
// the axis has round numbers with their unit.
func TestAPlotHasItsMarksAndItsTimes(t *testing.T) {
	c := &chart{
		title: "Time", unit: "ms", top: 40, at: 40, names: true,
		lines: []line{{title: "p50", now: "20 ms", points: ramp(40)}, {title: "p99", now: "40 ms", points: ramp(40)}},
		marks: []mark{{10, "fail on"}, {12, "a cap that was reached"}, {38, "buffer on"}},
	}
	lines := drawn(c, 48, 11)
	all := strings.Join(lines, "\n")
	for _, want := range []string{"Time", "a p50 20 ms  b p99 40 ms", "40 ms┤", "20 ms┤", "    0┤", "▲", "a cap that", "buffer on", "0 s", "20 s", "40 s", "ab"} {
		if !strings.Contains(all, want) {
			t.Errorf("the plot does not show %q:\n%s", want, all)
		}
	}
	if len(lines) != 11 {
		t.Errorf("%d lines, want 11:\n%s", len(lines), all)
	}
	for _, line := range lines {
		if xansi.StringWidth(line) > 48 {
			t.Errorf("a line of %d cells: %q", xansi.StringWidth(line), line)
		}
	}
}

// TestAGapBreaksALine: what was not measured is not drawn.
func TestAGapBreaksALine(t *testing.T) {
	c := &chart{top: 100, at: 60, lines: []line{{points: []lab.Point{{At: 10, Value: 100}, {At: 11, Value: 100}, {At: 40, Value: 0}, {At: 41, Value: 0}}}}}
	if middle := drawn(c, 38, 7)[3]; strings.ContainsAny(strings.TrimPrefix(strings.TrimSpace(middle), "│"), "⠁⠂⠄⡀⠈⠐⠠⢀⠑⠡") {
		t.Errorf("the gap is bridged: %q", middle)
	}
}

// TestMarksHaveShortNames: what is over at once has one mark, and a knob's shows
// where it came to rest.
func TestMarksHaveShortNames(t *testing.T) {
	p := benched(t)
	event := func(at float64, setting string, value int) wire.Event {
		return wire.Event{At: at, Text: setting, Setting: &wire.Setting{Name: setting, Value: value}}
	}
	got := p.marks([]wire.Event{
		event(1, "busy", 1), event(5, "close", 1), event(5.5, "close", 0), event(9, "limit", 100), event(9.2, "limit", 10),
		{At: 10, Text: "capped at 20,000 goroutines: production has no cap"}, event(11, "busy", 0),
	})
	want := []mark{{1, "busy on"}, {5, "close"}, {9, "limit 10 handles"}, {10, "capped at 20,000 gorout…"}, {11, "busy off"}}
	if !slices.Equal(got, want) {
		t.Errorf("marks %v, want %v", got, want)
	}
}
