//go:build linux

package main

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"strings"
	"time"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/vt"
)

// Cells of a picture, in pixels.
const (
	cellWidth  = 8.4
	cellHeight = 18
	margin     = 14
)

// The colours of the terminal that is drawn.
const (
	background = "#16181d"
	foreground = "#d8dee9"
)

// picture is a screen at one moment, as the elements of an SVG.
type picture struct {
	elements string
	lasts    time.Duration // in a recording
}

// take draws what the screen shows.
func take(e *vt.Emulator, lasts time.Duration) picture {
	var b strings.Builder
	for y := range e.Height() {
		for x := 0; x < e.Width(); {
			n, text := stretch(e, x, y)
			style := e.CellAt(x, y).Style
			front, back := colours(style)
			left, top, width := margin+float64(x)*cellWidth, margin+y*cellHeight, float64(n)*cellWidth
			if back != "" {
				fmt.Fprintf(&b, `<rect x="%.1f" y="%d" width="%.1f" height="%d" fill="%s"/>`+"\n", left, top, width, cellHeight, back)
			}
			if strings.TrimSpace(text) != "" {
				fmt.Fprintf(&b, `<text x="%.1f" y="%d" xml:space="preserve" textLength="%.1f" fill="%s"%s>%s</text>`+"\n",
					left, top+cellHeight-4, width, front, attributes(style), html.EscapeString(text))
			}
			x += n
		}
	}
	return picture{b.String(), lasts}
}

// stretch is the longest run of one style from a cell on.
func stretch(e *vt.Emulator, x, y int) (cells int, text string) {
	first := e.CellAt(x, y)
	for x+cells < e.Width() {
		c := e.CellAt(x+cells, y)
		if !c.Style.Equal(&first.Style) {
			break
		}
		if text += c.Content; c.Content == "" {
			text += " "
		}
		cells += max(1, c.Width)
	}
	return cells, text
}

// colours of the text and of what is behind it, "" where that is the terminal's.
func colours(s uv.Style) (front, back string) {
	hex := func(c color.Color) string {
		r, g, b, _ := c.RGBA()
		return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
	}
	front = foreground
	if s.Fg != nil {
		front = hex(s.Fg)
	}
	if s.Bg != nil {
		back = hex(s.Bg)
	}
	if s.Attrs&uv.AttrReverse != 0 {
		front, back = background, front
	}
	return front, back
}

func attributes(s uv.Style) string {
	out := ""
	if s.Attrs&uv.AttrBold != 0 {
		out += ` font-weight="bold"`
	}
	if s.Attrs&uv.AttrItalic != 0 {
		out += ` font-style="italic"`
	}
	if s.Attrs&uv.AttrFaint != 0 {
		out += ` opacity="0.6"`
	}
	return out
}

// frame puts the elements on the ground of a terminal.
func frame(elements string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %d" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14">`+"\n",
		columns*cellWidth+2*margin, rows*cellHeight+2*margin)
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/>`+"\n%s</svg>\n", background, elements)
	return b.Bytes()
}

func drawPicture(p picture) []byte { return frame(p.elements) }

// drawRecording shows the pictures one after another, for ever. Only one is
// visible at a time; where nothing moves, the last one is.
func drawRecording(pictures []picture) []byte {
	var all time.Duration
	for _, p := range pictures {
		all += p.lasts
	}
	var b strings.Builder
	b.WriteString("<style>\n")
	fmt.Fprintf(&b, ".p { visibility: hidden; animation: %.1fs step-end infinite; }\n.p:last-of-type { visibility: visible }\n", all.Seconds())
	from := time.Duration(0)
	for i, p := range pictures {
		begins, ends := 100*from.Seconds()/all.Seconds(), 100*(from+p.lasts).Seconds()/all.Seconds()
		fmt.Fprintf(&b, "@keyframes p%d { 0%% { visibility: hidden } %.3f%% { visibility: visible } %.3f%% { visibility: hidden } }\n", i, begins, ends)
		from += p.lasts
	}
	b.WriteString("@media (prefers-reduced-motion: reduce) { .p { animation: none } }\n</style>\n")
	for i, p := range pictures {
		fmt.Fprintf(&b, `<g class="p" style="animation-name: p%d">`+"\n%s</g>\n", i, p.elements)
	}
	return frame(b.String())
}
