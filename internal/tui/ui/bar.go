package ui

import (
	"charm.land/bubbles/v2/progress"

	"example.com/leakproof/internal/tui/theme"
)

// Bar shows how much of something is done.
func Bar(t theme.Theme, width, done, all int) string {
	bar := progress.New(progress.WithWidth(width), progress.WithoutPercentage(),
		progress.WithColors(t.BarColor()), progress.WithFillCharacters('━', '─'))
	bar.EmptyColor = t.Dim.GetForeground()
	return bar.ViewAs(float64(done) / float64(max(1, all)))
}
