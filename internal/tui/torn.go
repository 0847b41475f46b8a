package tui

import (
	"strings"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
)

// An answer of the terminal that arrives in pieces is read as one that ends
// before its time, and keys after it: "/" and digits, which do something.
const (
	tornTime = 500 * time.Millisecond // between two pieces
	tornKeys = 64                     // more than an answer is long
)

// torn tells the rest of such an answer from typing.
type torn struct {
	ends    func(tea.KeyPressMsg) bool // whether a key is the end of it; nil where none is under way
	last    time.Time                  // when its last piece came
	keys    int                        // so far
	escaped time.Time                  // when Esc came: it may be the first byte of an answer
}

// filter leaves out what is no typing.
func (t *torn) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	now := time.Now()
	switch msg := msg.(type) {
	case uv.UnknownEvent:
		if introducer, ok := strings.CutPrefix(string(msg), "\x1b"); ok && introducer != "" {
			t.begin(rune(introducer[0]), now)
		}
		return nil
	case tea.KeyPressMsg:
		if t.ends != nil && now.Sub(t.last) < tornTime && t.keys < tornKeys && msg.String() != "ctrl+c" {
			t.last = now
			t.keys++
			if t.ends(msg) {
				t.ends = nil
			}
			return nil
		}
		t.ends = nil
		afterEsc := now.Sub(t.escaped) < tornTime
		if t.escaped = (time.Time{}); msg.String() == "esc" {
			t.escaped = now
		}
		if (msg.Mod.Contains(tea.ModAlt) || afterEsc) && t.begin(typed(msg), now) {
			return nil
		}
	}
	return msg
}

// typed is the character of a key.
func typed(k tea.KeyPressMsg) rune {
	if k.Mod.Contains(tea.ModShift) {
		return unicode.ToUpper(k.Code)
	}
	return k.Code
}

// begin begins an answer, if the character after an Esc introduces one.
func (t *torn) begin(introducer rune, now time.Time) bool {
	switch introducer {
	case '[': // it ends with a letter
		t.ends = func(k tea.KeyPressMsg) bool { return k.Code >= '@' && k.Code <= '~' }
	case ']', 'P', '_', '^':
		t.ends = func(k tea.KeyPressMsg) bool { return k.String() == `alt+\` || k.Code == '\\' || k.String() == "ctrl+g" }
	default:
		return false
	}
	t.last, t.keys = now, 0
	return true
}

// filters keep from the model what nobody typed.
func filters() func(tea.Model, tea.Msg) tea.Msg {
	t, f := &torn{}, &flood{}
	return func(m tea.Model, msg tea.Msg) tea.Msg {
		if msg = t.filter(m, msg); msg == nil {
			return nil
		}
		return f.filter(m, msg)
	}
}
