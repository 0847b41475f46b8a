package course

import (
	"fmt"
	"regexp"
	"strings"
)

// Brief is what a learner reads before repairing a kata, as Markdown. The
// clauses of Restore and Keep are numbered through, and messages of the suite
// cite them by these numbers.
type Brief struct {
	Incident  string // what the person on call saw
	Restore   string // what is broken now, one numbered clause each
	Keep      string // what works and has to go on working, numbered on
	Rules     string // what may be changed, and what is not asked
	FinePrint string // what else the suite holds; no honest repair needs it
}

// A brief is understood in ninety seconds. Words in figures do not count.
const (
	maxIncident  = 120 // words
	maxBrief     = 260 // words above the fine print
	maxFinePrint = 150 // words
	maxRules     = 4   // lines, or items of a list
)

// The last kata is one long night with a whole service, and a list of what broke.
const (
	maxCapstoneIncident = 250 // words
	maxCapstone         = 560 // words above the fine print
)

// parseBrief splits KATA.md at its headings.
func (l *loader) parseBrief(k *Kata, body string, firstLine int) {
	titles := []string{"Incident", "Restore", "Keep", "Rules", "Fine print", "Hints"}
	parts := map[string]*strings.Builder{}
	for _, title := range titles {
		parts[title] = &strings.Builder{}
	}
	at := map[string]int{} // the line of each heading
	var current *strings.Builder
	inFence := false
	for i, line := range strings.Split(body, "\n") {
		if strings.HasPrefix(line, "```") {
			inFence = !inFence
		}
		if title, is := strings.CutPrefix(line, "## "); is && !inFence {
			if current = parts[title]; current == nil {
				l.problem(k.file, firstLine+i, "unknown section %q: a brief has %s", title, strings.Join(titles, ", "))
				return
			}
			at[title] = firstLine + i
			continue
		}
		if current != nil {
			current.WriteString(line + "\n")
		} else if strings.TrimSpace(line) != "" {
			l.problem(k.file, firstLine+i, "text before the first section: move it below ## Incident")
			return
		}
	}
	text := func(title string) string {
		s := strings.TrimSpace(parts[title].String())
		if s == "" && title != "Fine print" {
			l.problem(k.file, firstLine, "the section %q is missing or empty: write it", title)
		}
		return s
	}
	k.Brief = Brief{Incident: text("Incident"), Restore: text("Restore"), Keep: text("Keep"), Rules: text("Rules"), FinePrint: text("Fine print")}
	l.checkBrief(k, at)
	for _, part := range strings.Split("\n"+text("Hints"), "\n### ")[1:] {
		title, hint, _ := strings.Cut(part, "\n")
		k.Hints = append(k.Hints, Hint{Title: title, Text: strings.TrimSpace(hint)})
	}
	if len(k.Hints) != hintTiers {
		l.problem(k.file, firstLine, "%d hints: write %d, each under a ### heading: the question to ask, the idea, the shape of the code", len(k.Hints), hintTiers)
	}
}

// checkBrief refuses a brief that is too long, or whose clauses are not
// numbered through. The lines are those of the headings.
func (l *loader) checkBrief(k *Kata, at map[string]int) {
	most := func(title string, words, limit int, what string) {
		if words > limit {
			l.problem(k.file, at[title], "%s has %d words, at most %d are read: shorten it", what, words, limit)
		}
	}
	b, incident, brief := k.Brief, maxIncident, maxBrief
	if k.Capstone {
		incident, brief = maxCapstoneIncident, maxCapstone
	}
	most("Incident", countWords(b.Incident), incident, "the incident")
	most("Rules", countWords(b.Incident)+countWords(b.Restore)+countWords(b.Keep)+countWords(b.Rules), brief, "the brief above the fine print")
	most("Fine print", countWords(b.FinePrint), maxFinePrint, "the fine print")
	if n := len(entries(b.Rules)); n > maxRules {
		l.problem(k.file, at["Rules"], "%d rules, at most %d are read: move what is left to the fine print, or drop it", n, maxRules)
	}
	number := 0
	for _, title := range []string{"Restore", "Keep"} {
		clauses := map[string]string{"Restore": b.Restore, "Keep": b.Keep}[title]
		for _, clause := range entries(clauses) {
			number++
			if !strings.HasPrefix(clause, fmt.Sprintf("%d. ", number)) {
				l.problem(k.file, at[title], "clause %d begins %q: number the clauses of Restore and Keep through", number, firstWords(clause))
				return
			}
		}
	}
}

// entries are the paragraphs or the items of a list.
func entries(text string) []string {
	var out []string
	blank := true
	for line := range strings.Lines(text) {
		starts := blank || entry.MatchString(line)
		blank = strings.TrimSpace(line) == ""
		switch {
		case blank:
		case starts:
			out = append(out, strings.TrimSpace(line))
		default:
			out[len(out)-1] += " " + strings.TrimSpace(line)
		}
	}
	return out
}

var entry = regexp.MustCompile(`^(\d+\.|[-*]) `)

func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(len(words), 5)], " ")
}

// countWords counts the words outside of fences.
func countWords(markdown string) int {
	n, inFence := 0, false
	for line := range strings.Lines(markdown) {
		if strings.HasPrefix(line, "```") {
			inFence = !inFence
			continue
		}
		if inFence {
			continue
		}
		for _, word := range strings.Fields(line) {
			if strings.ContainsFunc(word, isWordRune) {
				n++
			}
		}
	}
	return n
}

func isWordRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}
