package room

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What an event may hold. Whoever sends one that is larger learns which field
// it is and can leave the event out.
const (
	maxID     = 80  // bytes of an event's ID
	maxTests  = 50  // tests of a belief
	maxSays   = 20  // beliefs of a verdict
	maxWord   = 120 // bytes of the name of a kata, lesson, test or belief
	maxSaying = 400 // bytes of a sentence
	maxTier   = 9
)

// Check says what a board refuses about an event, as an [Error] with the code
// [Refused]. A sender that asks first leaves such an event out.
func (e *Event) Check() error {
	if err := e.check(); err != nil {
		return &Error{Status: 422, Code: Refused, Message: err.Error(), Event: cut(e.ID)}
	}
	return nil
}

func (e *Event) check() error {
	if err := word("id", e.ID, maxID); err != nil {
		return err
	}
	switch e.Kind {
	case Verdict, Hint, Reset:
		if err := word("kata", e.Kata, maxWord); err != nil {
			return err
		}
	case Read:
		if err := word("lesson", e.Lesson, maxWord); err != nil {
			return err
		}
	case Leave:
		if e.Kata != "" {
			return fmt.Errorf("kata belongs to verdict, hint and reset")
		}
	default:
		return fmt.Errorf("kind must be verdict, hint, reset, read or leave")
	}
	isVerdict := e.Kind == Verdict
	switch {
	case isVerdict && !slices.Contains([]string{"pass", "fail", "compile-error", "timeout", "untrusted"}, e.Status):
		return fmt.Errorf("status must be pass, fail, compile-error, timeout or untrusted")
	case !isVerdict && (e.Status != "" || len(e.Says) > 0 || e.Code != ""):
		return fmt.Errorf("status, failed, says and code belong to a verdict")
	case e.Kind == Read != (e.Lesson != "") || e.Kind == Read && e.Kata != "":
		return fmt.Errorf("lesson belongs to read, and kata to the other kinds")
	case e.Kind == Hint != (e.Tier > 0) || e.Tier < 0 || e.Tier > maxTier:
		return fmt.Errorf("tier belongs to hint, and is 1 to %d", maxTier)
	case len(e.Says) > maxSays:
		return fmt.Errorf("says holds %d beliefs: at most %d are taken", len(e.Says), maxSays)
	case len(e.Code) > MaxCode:
		return fmt.Errorf("code has %d bytes: at most %d are taken", len(e.Code), MaxCode)
	case !utf8.ValidString(e.Code) || strings.ContainsRune(e.Code, 0):
		return fmt.Errorf("code must be UTF-8 text")
	}
	for _, b := range e.Says {
		if len(b.Tests) > maxTests {
			return fmt.Errorf("says.tests names %d tests: at most %d are taken", len(b.Tests), maxTests)
		}
		for _, test := range b.Tests {
			if err := word("says.tests", test, maxWord); err != nil {
				return err
			}
		}
		for _, err := range []error{word("says.id", b.ID, maxWord), word("says.says", b.Says, maxSaying), word("says.truth", b.Truth, maxSaying)} {
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// word refuses what is empty, long or cannot be shown in one line.
func word(field, s string, most int) error {
	switch {
	case s == "":
		return fmt.Errorf("%s is missing", field)
	case len(s) > most:
		return fmt.Errorf("%s has %d bytes: at most %d are taken", field, len(s), most)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsGraphic(r) }):
		return fmt.Errorf("%s holds a character that cannot be shown", field)
	}
	return nil
}

// cut keeps a refused ID from filling an answer.
func cut(id string) string {
	if len(id) > maxID {
		id = id[:maxID]
	}
	return strings.ToValidUTF8(id, "?")
}
