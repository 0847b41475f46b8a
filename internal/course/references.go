package course

import (
	"maps"
	"slices"
	"strings"
)

// checkReferences holds what no file can be asked about alone: ids that name
// something elsewhere, and the order in which things are taught.
func (l *loader) checkReferences() {
	home := map[string]string{}
	for _, p := range l.course.Points {
		home[p.ID] = p.Lesson
	}
	l.checkLessons(home)
	l.checkQuiz(home)
	l.checkLabs()
	l.checkModules()
	for _, k := range l.course.Katas {
		l.checkKata(k)
	}
	l.checkPath()
}

// checkKata holds that a kata belongs to lessons that exist, and that it and the
// curriculum agree on what it practises.
func (l *loader) checkKata(k *Kata) {
	if len(k.Lessons) == 0 {
		l.problem(k.file, 1, "a kata without a lesson: name in lessons the ones that it needs")
	}
	for _, id := range k.Lessons {
		if l.course.Lesson(id) == nil {
			l.problem(k.file, 1, "lesson %q does not exist: write it or correct the id", id)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(k.Tests)) {
		t := k.Tests[name]
		lesson, section, _ := strings.Cut(t.place, "/")
		if t.Lesson = l.course.Lesson(lesson); t.Lesson != nil {
			t.Section = t.Lesson.Section(section)
		}
		if t.Section == nil {
			l.problem(testsFile(k), t.line, "section %q does not exist: write it as lesson-id/section-id, where a section's id is its title in lower case with dashes", t.place)
		}
	}
	if len(k.Practises) == 0 {
		l.problem(k.file, 1, "name in practises the curriculum ids that the kata drills")
	}
	unknown := false
	for _, id := range k.Practises {
		if !slices.ContainsFunc(l.course.Points, func(p Point) bool { return p.ID == id }) {
			l.problem(k.file, 1, "curriculum id %q is not in lessons/curriculum.toml: correct it", id)
			unknown = true
		}
	}
	for _, p := range l.course.Points {
		if slices.Contains(p.Katas, k.ID) != slices.Contains(k.Practises, p.ID) && !unknown {
			l.problem(k.file, 1, "practises and lessons/curriculum.toml disagree on %q: name it in both or in neither", p.ID)
		}
	}
}

func (l *loader) checkLessons(home map[string]string) {
	tasks := map[string]bool{}
	for _, lesson := range l.course.Lessons {
		for _, id := range lesson.Teaches {
			if h, known := home[id]; !known {
				l.problem(lesson.file, 1, "curriculum id %q is not in lessons/curriculum.toml: correct it", id)
			} else if h != lesson.ID {
				l.problem(lesson.file, 1, "it teaches %q, whose home is %s: teach it there, or change its home in lessons/curriculum.toml", id, h)
			}
		}
		for _, p := range l.course.Points {
			if p.Lesson == lesson.ID && !slices.Contains(lesson.Teaches, p.ID) {
				l.problem(lesson.file, 1, "lessons/curriculum.toml makes this lesson the home of %q: teach it and add it to teaches", p.ID)
			}
		}
		l.checkNotes(lesson)
		l.checkTasks(lesson, tasks)
		kinds := map[Kind]bool{}
		count, dangling := 0, false
		for _, s := range lesson.Sections {
			for i := range s.Blocks {
				b := &s.Blocks[i]
				if b.Kind != Checkpoint {
					continue
				}
				b.Question = l.course.Question(b.questionID)
				if b.Question == nil || b.Question.Lesson != lesson.ID {
					l.problem(lesson.file, b.sourceLine, "the lesson's quiz has no question %q: write it or correct the id", b.questionID)
					dangling = true
					continue
				}
				count++
				kinds[b.Question.Kind] = true
			}
		}
		if dangling {
			continue
		}
		if count < minCheckpoints || len(kinds) < minCheckpoints {
			l.problem(lesson.file, 1, "%d checkpoints of %d kinds: a lesson has at least %d, of as many kinds", count, len(kinds), minCheckpoints)
		}
	}
}

// checkModules gives the modules their lessons: each lesson belongs to one, and
// they follow one another as the lessons do.
func (l *loader) checkModules() {
	const file = "lessons/curriculum.toml"
	var path []string
	for i, m := range l.course.Modules {
		for _, id := range l.modules[i] {
			lesson := l.course.Lesson(id)
			if lesson == nil {
				l.problem(file, 0, "module %q: lesson %q does not exist: write it or correct the id", m.Title, id)
				continue
			}
			m.Lessons = append(m.Lessons, lesson)
			path = append(path, id)
		}
	}
	for i, lesson := range l.course.Lessons {
		if !slices.Contains(path, lesson.ID) {
			l.problem(lesson.file, 1, "no module has this lesson: name it in one, in lessons/curriculum.toml")
			return
		}
		if path[i] != lesson.ID {
			l.problem(file, 0, "the modules name %s where %s follows: name each lesson once, in their order", path[i], lesson.ID)
			return
		}
	}
	if len(path) > len(l.course.Lessons) {
		l.problem(file, 0, "the modules name %s once more at the end: name each lesson once, in their order", path[len(path)-1])
	}
}

// checkPath holds that no kata asks for what is taught later, and that the
// katas' numbers follow the lessons.
func (l *loader) checkPath() {
	var before *Kata
	for _, k := range l.course.Katas {
		after := k.After()
		for _, p := range l.course.Points {
			if after != "" && slices.Contains(k.Practises, p.ID) && p.Lesson > after && !p.Recap {
				l.problem(k.file, 1, "it practises %q, which is not taught before %s: name that lesson in lessons, or take the point out", p.ID, p.Lesson)
			}
		}
		if before != nil && after < before.After() {
			l.problem(k.file, 1, "it stands after %s and %s after %s: give the katas numbers in the order of the path", after, before.ID, before.After())
		}
		before = k
	}
}

// checkTasks holds that tasks can be told apart, by the ids seen so far.
func (l *loader) checkTasks(lesson *Lesson, seen map[string]bool) {
	for _, s := range lesson.Sections {
		for _, b := range s.Blocks {
			if b.Kind == Task && seen[b.Task] {
				l.problem(lesson.file, b.sourceLine, "there are two tasks %q: give each an id of its own", b.Task)
			}
			if b.Kind == Task {
				seen[b.Task] = true
			}
		}
	}
}

// checkNotes holds that a field note is about a point of its lesson and comes
// with a program to run and a test that proves it.
func (l *loader) checkNotes(lesson *Lesson) {
	for _, s := range lesson.Sections {
		has := map[BlockKind]bool{}
		for _, b := range s.Blocks {
			has[b.Kind] = true
			has[Proof] = has[Proof] || b.Test != ""
		}
		if s.Note == "" {
			continue
		}
		if !slices.Contains(lesson.Teaches, s.Note) {
			l.problem(lesson.file, s.Line, "field note %s is not among the points that the lesson teaches", s.Note)
		}
		if !has[Run] || !has[Proof] {
			l.problem(lesson.file, s.Line, "field note %s needs a program to run (@run FOLDER) and a proof (@proof TestName)", s.Note)
		}
	}
}

func (l *loader) checkQuiz(home map[string]string) {
	first := map[string]*Question{}
	for _, q := range slices.Concat(l.course.Questions, l.course.Predictions()) {
		if f := first[q.ID]; f != nil {
			l.problem(q.file, q.line, "question %q is already in %s:%d: give it an id of its own", q.ID, f.file, f.line)
		} else {
			first[q.ID] = q
		}
	}
	asked := map[string]bool{}
	for _, q := range l.course.Questions {
		if q.Section != "" && l.course.Lesson(q.Lesson).Section(q.Section) == nil {
			l.problem(q.file, q.line, "question %q: lesson %s has no section %q: a section's id is its title in lower case with dashes", q.ID, q.Lesson, q.Section)
		}
		for _, id := range q.Teaches {
			asked[id] = true
			switch h, known := home[id]; {
			case !known:
				l.problem(q.file, q.line, "question %q: curriculum id %q is not in lessons/curriculum.toml: correct it", q.ID, id)
			case h > q.Lesson:
				l.problem(q.file, q.line, "question %q asks about %q, which is not taught before %s: move the question there", q.ID, id, h)
			}
		}
	}
	for _, lesson := range l.course.Lessons {
		if n := len(l.course.QuestionsOf(lesson.ID)); n < minPerLesson {
			l.problem("quiz/"+lesson.ID+".toml", 0, "%d questions: a lesson has at least %d", n, minPerLesson)
		}
		for _, id := range lesson.Teaches {
			if !asked[id] && home[id] == lesson.ID {
				l.problem("quiz/"+lesson.ID+".toml", 0, "no question asks about %s: write one", id)
			}
		}
	}
}
