// Package text fits what other programs print into sentences and bounds, for
// whoever shows it to a learner.
package text

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// lineLimit is the length of a line that fits into a sentence, in bytes.
const lineLimit = 300

// FirstLine is the first line of s in a length that fits into a sentence.
func FirstLine(s string) string { return Line(s, lineLimit) }

// Line is the first line of s, of so many bytes at most.
func Line(s string, limit int) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	line = Printable(strings.TrimSpace(line))
	if len(line) > limit {
		line = strings.ToValidUTF8(line[:limit], "") + "..."
	}
	return line
}

// Printable drops control characters: what the code under test prints must not
// reach the learner's terminal as an instruction.
func Printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s)
}

// Visible writes each control character, and each byte that is no UTF-8, as Go would in a string: \x1b. What a learner wrote is
// shown whole, and instructs no terminal.
func Visible(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var out strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&out, `\x%02x`, s[0])
		case r == '\n' || r == '\t' || unicode.IsPrint(r):
			out.WriteString(s[:size])
		default:
			quoted := strconv.QuoteRune(r)
			out.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return out.String()
}

// Clip makes s printable and bounds it, leaving out its middle.
func Clip(s string, limit int) string {
	s = Printable(s)
	if len(s) <= limit {
		return s
	}
	head, tail := s[:limit/2], s[len(s)-limit/2:]
	if i := strings.LastIndexByte(head, '\n'); i > 0 {
		head = head[:i+1]
	}
	if i := strings.IndexByte(tail, '\n'); i >= 0 && i < len(tail)-1 {
		tail = tail[i+1:]
	}
	return fmt.Sprintf("%s... %d bytes left out ...\n%s", head, len(s)-len(head)-len(tail), tail)
}

// Sentence begins and ends s as one, unless it begins with a name.
func Sentence(s string) string {
	first, _, _ := strings.Cut(s, " ")
	if !strings.ContainsAny(first, "./:_`") {
		s = strings.ToUpper(s[:min(1, len(s))]) + s[min(1, len(s)):]
	}
	if s != "" && !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}

// Join puts two sentences after each other, with a full stop where the first has
// no end of its own.
func Join(first, second string) string {
	switch first, second = strings.TrimSpace(first), strings.TrimSpace(second); {
	case first == "" || second == "":
		return first + second
	case !strings.ContainsAny(last(strings.TrimRight(first, "”\"')*_`")), ".!?:;…"):
		return first + ". " + second
	}
	return first + " " + second
}

// last is the last character of a text.
func last(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[len(s)-size:]
}

// Cell keeps a spreadsheet from taking a cell of a CSV file for a formula.
func Cell(s string) string {
	if strings.IndexAny(s, "=+-@\t\r") == 0 {
		return "'" + s
	}
	return s
}

// Bytes writes a number of bytes as a person would.
func Bytes(n int64) string {
	if n >= 1<<30 && n%(1<<30) == 0 {
		return fmt.Sprintf("%d GiB", n>>30)
	}
	return fmt.Sprintf("%d MiB", n>>20)
}

// Date writes a time in the layout near, and more than a year from now in the layout far, which names the year.
func Date(at, now time.Time, near, far string) string {
	if at.After(now.AddDate(1, 0, 0)) || at.Before(now.AddDate(-1, 0, 0)) {
		near = far
	}
	return at.Local().Format(near)
}
