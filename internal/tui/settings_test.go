package tui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui/page"
)

func TestASettingChangesTheScreenAndItsFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "settings.toml")
	drive(t, setup{width: 80, height: 24, start: page.Route{Page: page.Settings}, settingsFile: file}, func(d *driver) {
		d.sees("theme auto dark light contrast none", "leakproof config editor")
		before := d.render()
		d.press("right", "right") // dark, light
		if d.render() == before {
			d.Error("the light theme draws as the dark one")
		}
		d.press("down", "left") // characters: ascii
		for _, r := range d.look() {
			if r > 127 {
				d.Errorf("%q is not ASCII:\n%s", r, d.look())
				break
			}
		}
	})
	kept, err := settings.Load(file)
	if err != nil || kept.Get("theme") != "light" || kept.Get("characters") != "ascii" {
		t.Errorf("kept: theme %q, characters %q, %v", kept.Get("theme"), kept.Get("characters"), err)
	}
}

func TestASettingThatCannotBeKeptIsTold(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	blocked := filepath.Join(folder, "a-file")
	if err := os.WriteFile(blocked, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	drive(t, setup{width: 80, height: 24, start: page.Route{Page: page.Settings}, settingsFile: filepath.Join(blocked, "settings.toml")}, func(d *driver) {
		d.press("right")
		d.sees("the settings cannot be written", "LEAKPROOF_SETTINGS")
	})
}

func TestAForeignLocaleIsDrawnInASCII(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 80, height: 24, onlyASCII: true, start: page.Route{Page: page.Lesson, ID: "01-files"}}, func(d *driver) {
		if i := strings.IndexFunc(d.look(), func(r rune) bool { return r > 127 }); i >= 0 {
			d.Errorf("not ASCII from %q on:\n%s", d.look()[i:min(len(d.look()), i+20)], d.look())
		}
	})
}

func TestTheMouseScrollsAndClicks(t *testing.T) {
	t.Parallel()
	drive(t, setup{width: 80, height: 24, start: page.Route{Page: page.Settings}}, func(d *driver) {
		d.click(4, 5) // the second setting
		d.press("left")
		if got := d.model.look.chosen.Get("characters"); got != "ascii" {
			d.Errorf("characters are %q after a click on them and a key", got)
		}
	})
	drive(t, setup{width: 80, height: 10, start: page.Route{Page: page.Settings}}, func(d *driver) {
		before := d.look()
		d.wheel(1)
		if d.look() == before {
			d.Error("the wheel does not scroll")
		}
		d.wheel(-1)
		if d.look() != before {
			d.Error("the wheel does not scroll back")
		}
	})
}
