package tui

import (
	"go/scanner"
	"go/token"
	"strings"

	"charm.land/lipgloss/v2"
)

// highlightGo colours Go source, which need not be a whole file, and sets its
// tabs at four columns. Without colours it comes back as it is.
func highlightGo(t theme, source string) []string {
	source = strings.ReplaceAll(source, "\t", "    ")
	if !t.color {
		return strings.Split(source, "\n")
	}
	var s scanner.Scanner
	file := token.NewFileSet().AddFile("", -1, len(source))
	// What does not scan is shown without colour.
	s.Init(file, []byte(source), func(token.Position, string) {}, scanner.ScanComments)
	var out strings.Builder
	at := 0
	for {
		pos, kind, literal := s.Scan()
		if kind == token.EOF {
			break
		}
		style, coloured := styleOf(t, kind, literal)
		if !coloured {
			continue
		}
		start := file.Offset(pos)
		out.WriteString(source[at:start])
		at = min(start+len(literal), len(source))
		for i, line := range strings.Split(source[start:at], "\n") {
			if i > 0 {
				out.WriteString("\n")
			}
			out.WriteString(style.Render(line))
		}
	}
	out.WriteString(source[at:])
	return strings.Split(out.String(), "\n")
}

func styleOf(t theme, kind token.Token, literal string) (style lipgloss.Style, coloured bool) {
	switch {
	case kind.IsKeyword():
		return t.keyword, true
	case kind == token.COMMENT:
		return t.dim, true
	case kind == token.STRING, kind == token.CHAR:
		return t.text, true
	case kind == token.INT, kind == token.FLOAT, kind == token.IMAG:
		return t.number, true
	case kind == token.IDENT && predeclared[literal]:
		return t.number, true
	}
	return lipgloss.Style{}, false
}

// predeclared are the values of Go that are not literals.
var predeclared = map[string]bool{"nil": true, "true": true, "false": true, "iota": true}
