package course

import "slices"

// Said is the section of a lesson that says what a question asks: the one that
// the question names, or that asks it in place, or the field note on its point.
// It is nil where only the lesson as a whole is known.
func (c *Course) Said(q *Question) (*Lesson, *Section) {
	l := c.Lesson(q.Lesson)
	if l == nil {
		return nil, nil
	}
	if s := l.Section(q.Section); s != nil {
		return l, s
	}
	for _, s := range l.Sections {
		if slices.ContainsFunc(s.Blocks, func(b Block) bool { return b.Question == q }) {
			return l, s
		}
	}
	for _, s := range l.Sections {
		if s.Note != "" && slices.Contains(q.Teaches, s.Note) {
			return l, s
		}
	}
	return l, nil
}
