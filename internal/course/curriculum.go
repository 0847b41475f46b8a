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
			Katas             []string
			Lab, Recap        bool
		}
		Module []struct {
			Title, About string
			Lessons      []string
		}
		Kata []PlannedKata
	}
	if !l.decode(file, 1, src, &doc) {
		return
	}
	for i, m := range doc.Module {
		if m.Title == "" || m.About == "" || l.course.Module(m.Title) != nil {
			l.problem(file, headerLines(src)["[[module]]"][i], "a module needs a title of its own, and about: its subject in a sentence")
		}
		l.course.Modules = append(l.course.Modules, &Module{Title: m.Title, About: m.About})
		l.modules = append(l.modules, m.Lessons)
	}
	l.course.Plan = doc.Kata
	planned := map[string]bool{}
	for i, k := range doc.Kata {
		if _, _, ok := numbered(k.ID); !ok || k.Title == "" || planned[k.ID] {
			l.problem(file, headerLines(src)["[[kata]]"][i], "a kata needs a title and an id of its own, such as \"23-leaky-fanout\"")
		}
		planned[k.ID] = true
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
		for _, id := range p.Katas {
			if !planned[id] {
				l.problem(file, lines[i], "point %q names kata %q, which is not in the list of katas at the end: add it or correct the id", p.ID, id)
			}
		}
		l.course.Points = append(l.course.Points, Point(p))
	}
}

func (l *loader) loadMisconceptions() {
	files, err := fs.Glob(l.src.Quiz, "misconceptions/*.toml")
	if err != nil {
		l.problem("quiz/misconceptions", 0, "cannot be listed: %v", err)
	}
	read := make([]map[string]*Misconception, len(files))
	l.each(len(files), func(l *loader, i int) { read[i] = l.loadBeliefs(files[i]) })
	for i, name := range files {
		for _, id := range slices.Sorted(maps.Keys(read[i])) {
			if l.course.Misconceptions[id] != nil {
				l.problem(path.Join("quiz", name), 0, "misconception %q is defined in another file as well: keep one", id)
			}
			l.course.Misconceptions[id] = read[i][id]
		}
	}
}

// loadBeliefs reads one file of misconceptions.
func (l *loader) loadBeliefs(name string) map[string]*Misconception {
	file := path.Join("quiz", name)
	src, ok := l.read(l.src.Quiz, "quiz", name)
	if !ok {
		return nil
	}
	var doc map[string]struct{ Says, Truth string }
	if !l.decode(file, 1, src, &doc) {
		return nil
	}
	headers := headerLines(src)
	out := map[string]*Misconception{}
	for _, id := range slices.Sorted(maps.Keys(doc)) {
		m := doc[id]
		if m.Says == "" || m.Truth == "" {
			line := 0
			if at := headers["["+id+"]"]; len(at) > 0 {
				line = at[0]
			}
			l.problem(file, line, "misconception %q needs says (the belief) and truth (what is so)", id)
		}
		out[id] = &Misconception{ID: id, Says: m.Says, Truth: m.Truth}
	}
	return out
}

// Row is one line of the coverage matrix: where a curriculum point is taught,
// asked about and practised.
type Row struct {
	Point     Point
	Taught    bool // its home lesson stands; otherwise it is planned
	Questions []string
	Katas     []string // that stand
	Planned   []string // katas that do not stand yet
	Labs      []string // that show it
}

// LabToCome reports whether a lab is to show the point and none does yet.
func (r Row) LabToCome() bool { return r.Point.Lab && len(r.Labs) == 0 }

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
		for _, id := range p.Katas {
			if c.Kata(id) != nil {
				row.Katas = append(row.Katas, id)
			} else {
				row.Planned = append(row.Planned, id)
			}
		}
		for _, l := range c.Labs {
			if slices.Contains(l.Teaches, p.ID) {
				row.Labs = append(row.Labs, l.ID)
			}
		}
		rows[i] = row
	}
	return rows
}
