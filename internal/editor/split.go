package editor

import (
	"errors"
	"strings"
	"unicode"
)

var (
	errQuote     = errors.New("a quotation mark is not closed")
	errBackslash = errors.New("it ends in a backslash")
	errNoProgram = errors.New("it names no program")
)

// split cuts a command into words at white space. Quotation marks of both kinds keep white space, as in a shell. A backslash takes
// the next character as it is; between double quotes it does so before one of \ " $ ` only, and between single quotes never. On
// Windows a backslash is part of a path and nothing else, and single quotes are letters. Variables and globs are not expanded.
func split(command, goos string) ([]string, error) {
	var (
		words  []string
		word   strings.Builder
		inWord bool // a word may be empty: ""
		quote  rune // the open quotation mark, 0 if there is none
		escape bool // the character before was a backslash that counts
	)
	windows := goos == "windows"
	for _, c := range command {
		switch {
		case escape:
			if quote == '"' && !strings.ContainsRune("\\\"$`", c) {
				word.WriteRune('\\')
			}
			word.WriteRune(c)
			escape = false
		case c == '\\' && quote != '\'' && !windows:
			escape, inWord = true, true
		case quote != 0:
			if c == quote {
				quote = 0
				continue
			}
			word.WriteRune(c)
		case c == '"', c == '\'' && !windows:
			quote, inWord = c, true
		case unicode.IsSpace(c):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	switch {
	case quote != 0:
		return nil, errQuote
	case escape:
		return nil, errBackslash
	case len(words) == 0 || words[0] == "":
		return nil, errNoProgram
	}
	return words, nil
}
