package course

import (
	"fmt"
	"slices"
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

// FindQuestion finds a question by its id. The error names the nearest one.
func (c *Course) FindQuestion(id string) (*Question, error) {
	if q := c.Question(id); q != nil {
		return q, nil
	}
	return nil, unknown("question", id, ids(c.Questions, func(q *Question) string { return q.ID }))
}

// FindLab finds a lab by its id. The error names the nearest one.
func (c *Course) FindLab(arg string) (*Lab, error) {
	if l := c.Lab(strings.ToLower(strings.Trim(arg, "/"))); l != nil {
		return l, nil
	}
	return nil, unknown("lab", arg, ids(c.Labs, func(l *Lab) string { return l.ID }))
}

// FindNearMiss finds a near miss by its kata, as [Course.FindKata] does, and the
// id of its variant: "23-leaky-fanout/wrong-buffer-all". The error names the
// nearest one.
func (c *Course) FindNearMiss(arg string) (*Kata, *Variant, error) {
	kata, id, _ := strings.Cut(arg, "/")
	k, err := c.FindKata(kata)
	if err != nil {
		return nil, nil, err
	}
	misses := k.NearMisses()
	if v := find(misses, func(v *Variant) bool { return v.ID == id }); v != nil {
		return k, v, nil
	}
	return nil, nil, unknown("near miss", k.ID+"/"+id, ids(misses, func(v *Variant) string { return k.ID + "/" + v.ID }))
}

// FindTask finds a task by its id. The error names the nearest one.
func (c *Course) FindTask(id string) (Block, error) {
	tasks := c.Tasks()
	i := slices.IndexFunc(tasks, func(b Block) bool { return b.Task == id })
	if i < 0 {
		return Block{}, unknown("task", id, ids(tasks, func(b Block) string { return b.Task }))
	}
	return tasks[i], nil
}

// Tasks are what the lessons give their readers to do, in the order of the
// lessons.
func (c *Course) Tasks() []Block {
	var out []Block
	for _, l := range c.Lessons {
		for _, s := range l.Sections {
			for _, b := range s.Blocks {
				if b.Kind == Task {
					out = append(out, b)
				}
			}
		}
	}
	return out
}

func ids[T any](list []T, id func(T) string) []string {
	out := make([]string, len(list))
	for i, one := range list {
		out[i] = id(one)
	}
	return out
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
	What    string // "kata", "lesson", "lab", "question", "near miss" or "task"
	Arg     string
	Nearest string
}

func (e *UnknownError) Error() string {
	text := fmt.Sprintf("no %s %q: did you mean %s?", e.What, e.Arg, e.Nearest)
	if slices.Contains([]string{"kata", "lesson", "lab"}, e.What) {
		text += " `leakproof list` shows all of them"
	}
	return text
}

func unknown(what, arg string, ids []string) error {
	best, distance := "", -1
	for _, id := range ids {
		_, name, _ := numbered(id)
		for _, candidate := range []string{id, name} {
			if candidate == "" { // an id without a number is its name
				continue
			}
			if d := levenshtein.ComputeDistance(strings.ToLower(arg), candidate); distance < 0 || d < distance {
				best, distance = id, d
			}
		}
	}
	return &UnknownError{What: what, Arg: arg, Nearest: best}
}
