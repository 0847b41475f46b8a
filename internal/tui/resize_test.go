package tui

import (
	"math/rand/v2"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	xansi "github.com/charmbracelet/x/ansi"

	"example.com/leakproof/internal/nightly"
	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/theme"
)

// everyPage is a route to each page.
var everyPage = []page.Route{
	{Page: page.Home}, {Page: page.Welcome}, {Page: page.Lesson, ID: "1"}, {Page: page.Quiz, ID: "1"}, {Page: page.Kata, ID: "1"},
	{Page: page.Candidates, ID: "1"}, {Page: page.Review}, {Page: page.Progress}, {Page: page.Settings},
	{Page: page.Lab, ID: "leaky-fan-out"},
	{Page: page.Listing, ID: "A listing", Text: "package main\n\nfunc main() {}\n", Code: true},
}

// TestAStormOfResizes: a window that is dragged sends sizes faster than anybody
// draws them. No page draws beyond its edge, and each answers afterwards.
func TestAStormOfResizes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 11))
	for _, route := range everyPage {
		t.Run(string(route.Page), func(t *testing.T) {
			s := missed("80x24")
			s.start, s.lab = route, newFakeLab()
			drive(t, s, func(d *driver) {
				d.storm(string(route.Page), random)
				d.resize(80, 24)
				d.press("?")
				d.sees("Keys on this page")
			})
		})
	}
}

// storm resizes again and again, and fails the test where something is drawn beyond
// the edge.
func (d *driver) storm(over string, random *rand.Rand) {
	d.Helper()
	for range nightly.Times(12, 400) {
		width, height := 20+random.IntN(281), 5+random.IntN(96)
		_, _ = d.model.Update(tea.WindowSizeMsg{Width: width, Height: height})
		lines := strings.Split(d.model.View().Content, "\n")
		if len(lines) > height {
			d.Fatalf("%s: %d lines at %dx%d", over, len(lines), width, height)
		}
		for _, line := range lines {
			if w := xansi.StringWidth(line); w > width {
				d.Fatalf("%s: a line of %d cells at %dx%d: %q", over, w, width, height, line)
			}
		}
	}
}

// TestAStormOfResizesOverALab: also while it runs, in front of a question and on
// every tab.
func TestAStormOfResizesOverALab(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 5))
	f := newFakeLab()
	drive(t, inLab("120x40", f), func(d *driver) {
		f.hello()
		f.runs(10)
		d.press("2", "space")
		d.sees("enter answer", "esc not now")
		d.storm("the question", random)
		d.resize(120, 40)
		d.predict("It stays as it is")
		f.runs(20)
		d.settle()
		for _, key := range []string{"1", "2", "3", "4"} {
			d.press(key)
			d.storm("tab "+key, random)
			d.resize(120, 40)
		}
		d.press("2", "e")
		d.sees("Not quite")
		d.storm("the explanation", random)
	})
}

// TestEveryPageInEveryTheme: nothing is lost without colours, and no theme
// takes a page's words away.
func TestEveryPageInEveryTheme(t *testing.T) {
	t.Parallel()
	for _, route := range everyPage {
		words := map[string]string{}
		for _, name := range []string{theme.Auto, theme.Dark, theme.Light, theme.Contrast, theme.None} {
			s := missed("80x24")
			s.start, s.lab, s.settings = route, newFakeLab(), settings.Settings{}.With("theme", name)
			drive(t, s, func(d *driver) { words[name] = strings.Join(strings.Fields(d.look()), " ") })
		}
		for _, name := range []string{theme.Light, theme.Contrast} {
			if route.Page != page.Settings && words[name] != words[theme.Dark] {
				t.Errorf("%s in %s:\n%s\nin dark:\n%s", route.Page, name, words[name], words[theme.Dark])
			}
		}
		if len(words[theme.None]) == 0 {
			t.Errorf("%s is empty without colours", route.Page)
		}
	}
}
