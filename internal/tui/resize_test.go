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
				for range nightly.Times(12, 200) {
					width, height := 20+random.IntN(281), 5+random.IntN(96)
					_, _ = d.model.Update(tea.WindowSizeMsg{Width: width, Height: height})
					lines := strings.Split(d.model.View().Content, "\n")
					if len(lines) > height {
						t.Fatalf("%d lines at %dx%d", len(lines), width, height)
					}
					for _, line := range lines {
						if w := xansi.StringWidth(line); w > width {
							t.Fatalf("a line of %d cells at %dx%d: %q", w, width, height, line)
						}
					}
				}
				d.resize(80, 24)
				d.press("?")
				d.sees("Keys on this page")
			})
		})
	}
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
