package lab

import (
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"example.com/leakproof/internal/text"
	wire "example.com/leakproof/lessons/lab"
)

// Size of a plot in text, in characters.
const (
	PlotWidth  = 60 // without what stands beside it; a narrow page has less
	plotHeight = 6
)

// levels are how much of a character's height is filled, in eighths.
var levels = []rune(" ▁▂▃▄▅▆▇█")

// plot draws a curve from one time to another in text, with a letter below it for
// each event. Its columns, so many as it is wide, are means; where nothing was
// measured they are empty.
func plot(points []Point, unit string, from, to float64, events []wire.Event, width int) string {
	if to <= from {
		return ""
	}
	column := func(at float64) int { return min(max(int(float64(width)*(at-from)/(to-from)), 0), width-1) }
	sum, count := make([]float64, width), make([]float64, width)
	for _, p := range points {
		sum[column(p.At)] += p.Value
		count[column(p.At)]++
	}
	top := 0.0
	for i := range sum {
		if count[i] > 0 {
			sum[i] = max(sum[i]/count[i], 0)
			top = max(top, sum[i])
		}
	}
	top = roundUp(top)

	label := text.Amount(unit, top)
	margin := utf8.RuneCountInString(label)
	var out strings.Builder
	for row := plotHeight - 1; row >= 0; row-- {
		name := ""
		switch row {
		case plotHeight - 1:
			name = label
		case 0:
			name = "0"
		}
		var line strings.Builder
		for i := range sum {
			filled := sum[i]/top*plotHeight*8 - float64(row*8)
			level := int(math.Round(min(max(filled, 0), 8)))
			if row == 0 && count[i] > 0 {
				level = max(level, 1) // 0 was measured
			}
			line.WriteRune(levels[level])
		}
		fmt.Fprintf(&out, "%*s |%s\n", margin, name, strings.TrimRight(line.String(), " "))
	}
	marks := []rune(strings.Repeat("-", width))
	for i, e := range events {
		marks[column(e.At)] = letter(i)
	}
	fmt.Fprintf(&out, "%*s +%s\n", margin, "", string(marks))
	end := Seconds(to)
	fmt.Fprintf(&out, "%*s  %-*s%s\n", margin, "", width-len(end), Seconds(from), end)
	return out.String()
}

// letter names an event in a plot.
func letter(i int) rune {
	if i < 26 {
		return 'a' + rune(i)
	}
	return '*'
}

// roundUp is the next of 1, 2, 5, 10, 20 ...
func roundUp(v float64) float64 {
	if v <= 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(v)))
	for _, factor := range []float64{1, 2, 5} {
		if v <= factor*step {
			return factor * step
		}
	}
	return 10 * step
}
