package tui

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/tui/page"
)

// TestAPasteThatComesAsKeysIsLeftOut: a terminal without bracketed paste sends each character as a key. The program does not
// act on thousands of them, says so, and takes keys again after a pause.
func TestAPasteThatComesAsKeysIsLeftOut(t *testing.T) {
	t.Parallel()
	for name, pasted := range map[string]string{"lines": "jk\r", "line feeds": "\n", "escapes": "\x1b ", "no keys of a page": "xyz"} {
		t.Run(name, func(t *testing.T) {
			s := sizes["80x24"]
			s.start = page.Route{Page: page.Progress}
			drive(t, s, func(d *driver) {
				d.typeAhead(strings.Repeat(pasted, 1000/len(pasted)))
				d.sees("the rest of them is left out")
				d.wait(time.Second)
				d.press("?")
				d.sees("Keys on this page")
			})
		})
	}
}

func TestTypingIsNoFlood(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		key   tea.KeyPressMsg
		every time.Duration
		want  int // of 1000
	}{
		"a key that repeats":            {tea.KeyPressMsg{Code: 'j', Text: "j"}, 10 * time.Millisecond, 1000},
		"a wheel":                       {tea.KeyPressMsg{Code: tea.KeyDown}, 0, 1000},
		"Ctrl+C":                        {tea.KeyPressMsg{Code: 'c', Mod: tea.ModCtrl}, 0, 1000},
		"a paste":                       {tea.KeyPressMsg{Code: 'j', Text: "j"}, 0, floodKeys},
		"a paste over a slow line":      {tea.KeyPressMsg{Code: 'j', Text: "j"}, time.Millisecond, floodKeys},
		"line feeds, which are ctrl+j ": {tea.KeyPressMsg{Code: 'j', Mod: tea.ModCtrl}, 0, floodKeys},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var f flood
				taken, told := 0, 0
				for range 1000 {
					switch f.filter(nil, test.key).(type) {
					case tea.KeyPressMsg:
						taken++
					case floodMsg:
						told++
					}
					time.Sleep(test.every)
				}
				if taken != test.want || told != min(1, 1000-test.want) {
					t.Errorf("%d keys of 1000 are taken, want %d; told %d times", taken, test.want, told)
				}
			})
		})
	}
}
