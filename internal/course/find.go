package course

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
)

// FindKata finds a kata by its number ("12"), name ("leaky-fanout") or id. The
// error names the nearest one.
func (c *Course) FindKata(arg string) (*Kata, error) {
	names := make([]string, len(c.Katas))
	for i, k := range c.Katas {
		if matches(arg, k.Number, k.Name, k.ID) {
			return k, nil
		}
		names[i] = k.ID
	}
	return nil, unknown("kata", arg, names)
}

// FindLesson finds a lesson by its number, name or id. The error names the
// nearest one.
func (c *Course) FindLesson(arg string) (*Lesson, error) {
	names := make([]string, len(c.Lessons))
	for i, l := range c.Lessons {
		if matches(arg, l.Number, l.Name, l.ID) {
			return l, nil
		}
		names[i] = l.ID
	}
	return nil, unknown("lesson", arg, names)
}

func matches(arg string, number int, name, id string) bool {
	if n, err := strconv.Atoi(arg); err == nil {
		return n == number
	}
	arg = strings.ToLower(strings.Trim(arg, "/"))
	return arg == name || arg == id
}

// UnknownError says that nothing has that name, and what was perhaps meant.
type UnknownError struct {
	What    string // "kata" or "lesson"
	Arg     string
	Nearest string
}

func (e *UnknownError) Error() string {
	return fmt.Sprintf("no %s %q: did you mean %s? `leakproof list` shows all of them", e.What, e.Arg, e.Nearest)
}

func unknown(what, arg string, ids []string) error {
	best, distance := "", -1
	for _, id := range ids {
		_, name, _ := numbered(id)
		for _, candidate := range []string{id, name} {
			if d := levenshtein.ComputeDistance(strings.ToLower(arg), candidate); distance < 0 || d < distance {
				best, distance = id, d
			}
		}
	}
	return &UnknownError{What: what, Arg: arg, Nearest: best}
}
