package cli

import (
	"cmp"
	"strings"

	"example.com/leakproof/internal/editor"
	"example.com/leakproof/internal/settings"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/theme"
)

// settings are the learner's. What is wrong in them is a notice: it keeps nobody
// from learning.
func (a *app) settings() settings.Settings {
	file, err := a.settingsFile()
	if err == nil && a.chosen == nil {
		var chosen settings.Settings
		chosen, err = settings.Load(file)
		a.chosen = &chosen
	}
	if err != nil {
		a.notice = cmp.Or(a.notice, err.Error())
	}
	if a.chosen == nil {
		return settings.Settings{}
	}
	return *a.chosen
}

// screenOptions are how the screens look here, and which page is the first.
func (a *app) screenOptions(start page.Route) (tui.Options, error) {
	chosen := a.settings() // which may leave a notice
	file, err := a.settingsFile()
	return tui.Options{
		Input: a.Stdin, Output: a.Stdout, Start: start, Notice: func() string { return a.notice },
		Settings: chosen, SettingsFile: file, Theme: a.theme,
		NoColor:         a.Getenv("NO_COLOR") != "",
		OnlyASCII:       onlyASCII(a.Getenv),
		LightBackground: !theme.DarkBackground(a.Getenv("COLORFGBG")),
	}, err
}

// onlyASCII reports whether the locale names a character set that is not UTF-8.
// One that is not set at all says nothing: containers and Windows have none.
func onlyASCII(getenv func(string) string) bool {
	locale := strings.ToLower(cmp.Or(getenv("LC_ALL"), getenv("LC_CTYPE"), getenv("LANG")))
	return locale != "" && !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
}

// getenv is the environment with the editor that the learner has chosen.
func (a *app) getenv(name string) string {
	if name == editor.Setting {
		return a.settings().Get("editor")
	}
	return a.Getenv(name)
}
