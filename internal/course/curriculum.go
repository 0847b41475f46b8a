package course

import (
	"io/fs"
	"maps"
	"path"
	"slices"
)

func (l *loader) loadCurriculum() {
	const name = "curriculum.toml"
	file := "lessons/" + name
	src, ok := l.read(l.src.Lessons, "lessons", name)
	if !ok {
		return
	}
	var doc struct {
		Point []struct {
			ID, Title, Lesson string
			Kata, Lab         bool
		}
	}
	if !l.decode(file, 1, src, &doc) {
		return
	}
	lines := headerLines(src)["[[point]]"]
	seen := map[string]int{}
	for i, p := range doc.Point {
		if first, dup := seen[p.ID]; dup {
			l.problem(file, lines[i], "point %q is already on line %d: give it an id of its own", p.ID, first)
		}
		seen[p.ID] = lines[i]
		if p.ID == "" || p.Title == "" {
			l.problem(file, lines[i], "a point needs an id and a title")
		}
		if _, _, ok := numbered(p.Lesson); !ok {
			l.problem(file, lines[i], "point %q needs its home lesson, such as \"01-four-habits\"", p.ID)
		}
		l.course.Points = append(l.course.Points, Point(p))
	}
}

func (l *loader) loadMisconceptions() {
	files, err := fs.Glob(l.src.Quiz, "misconceptions/*.toml")
	if err != nil {
		l.problem("quiz/misconceptions", 0, "cannot be listed: %v", err)
	}
	for _, name := range files {
		file := path.Join("quiz", name)
		src, ok := l.read(l.src.Quiz, "quiz", name)
		if !ok {
			continue
		}
		var doc map[string]struct{ Says, Truth string }
		if !l.decode(file, 1, src, &doc) {
			continue
		}
		headers := headerLines(src)
		for _, id := range slices.Sorted(maps.Keys(doc)) {
			line := 0
			if at := headers["["+id+"]"]; len(at) > 0 {
				line = at[0]
			}
			if l.course.Misconceptions[id] != nil {
				l.problem(file, line, "misconception %q is defined in another file as well: keep one", id)
			}
			m := doc[id]
			if m.Says == "" || m.Truth == "" {
				l.problem(file, line, "misconception %q needs says (the belief) and truth (what is so)", id)
			}
			l.course.Misconceptions[id] = &Misconception{ID: id, Says: m.Says, Truth: m.Truth}
		}
	}
}

// Row is one line of the coverage matrix: where a curriculum point is taught,
// asked about and practised.
type Row struct {
	Point     Point
	Taught    bool // its home lesson stands; otherwise it is planned
	Questions []string
	Katas     []string
}

// Matrix computes, for every point of the curriculum, what covers it.
func (c *Course) Matrix() []Row {
	rows := make([]Row, len(c.Points))
	for i, p := range c.Points {
		row := Row{Point: p, Taught: c.Lesson(p.Lesson) != nil}
		for _, q := range c.Questions {
			if slices.Contains(q.Teaches, p.ID) {
				row.Questions = append(row.Questions, q.ID)
			}
		}
		for _, k := range c.Katas {
			if slices.Contains(k.Practises, p.ID) {
				row.Katas = append(row.Katas, k.ID)
			}
		}
		rows[i] = row
	}
	return rows
}
