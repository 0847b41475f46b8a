package course

import "strings"

// How long a lesson takes: words of prose at a pace that understands, lines of
// code one after the other, a look at each picture, and some thought at each
// checkpoint.
const (
	wordsPerMinute    = 200
	secondsPerLine    = 4
	secondsPicture    = 15
	secondsCheckpoint = 45
)

// maxMinutes is what one sitting takes.
const maxMinutes = 25

// minutes is how long it takes to read a lesson, in whole minutes.
func minutes(l *Lesson) int {
	words, lines, seconds := 0, 0, 0
	for _, s := range l.Sections {
		for _, b := range s.Blocks {
			switch b.Kind {
			case Prose:
				w, n := proseLength(b.Text)
				words, lines = words+w, lines+n
			case Code:
				lines += 1 + strings.Count(strings.TrimSpace(b.Text), "\n")
			case Task:
				words += len(strings.Fields(b.Text))
			case Picture:
				seconds += secondsPicture
			case Checkpoint:
				seconds += secondsCheckpoint
			case Proof, Run, Drill, Experiment: // open only for who asks
			}
		}
	}
	seconds += words*60/wordsPerMinute + lines*secondsPerLine
	return (seconds + 59) / 60
}

// proseLength counts the words of Markdown outside its fences, and the lines
// inside them.
func proseLength(text string) (words, lines int) {
	fenced := false
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced:
			lines++
		default:
			words += len(strings.Fields(line))
		}
	}
	return words, lines
}
