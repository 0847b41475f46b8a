package course

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"
)

// TestAKataStandsAfterWhatItNeeds has two lessons, and katas that come too early
// or whose numbers do not follow the path.
func TestAKataStandsAfterWhatItNeeds(t *testing.T) {
	early, late := &Lesson{ID: "01-early"}, &Lesson{ID: "02-late"}
	kata := func(id, lesson string) *Kata {
		return &Kata{ID: id, Lessons: []string{lesson}, Practises: []string{"P"}, file: "katas/" + id + "/KATA.md"}
	}
	for _, test := range []struct {
		name  string
		point Point
		katas []*Kata
		want  string // "" where all is well
	}{
		{"in order", Point{ID: "P", Lesson: "01-early"}, []*Kata{kata("01-a", "01-early"), kata("02-b", "02-late")}, ""},
		{"numbers against the path", Point{ID: "P", Lesson: "01-early"}, []*Kata{kata("01-a", "02-late"), kata("02-b", "01-early")},
			"katas/02-b/KATA.md:1: it stands after 01-early and 01-a after 02-late: give the katas numbers"},
		{"a point of a later lesson", Point{ID: "P", Lesson: "02-late"}, []*Kata{kata("01-a", "01-early")},
			`katas/01-a/KATA.md:1: it practises "P", which is not taught before 02-late: name that lesson`},
		{"a point that the later lesson comes back to", Point{ID: "P", Lesson: "02-late", Recap: true}, []*Kata{kata("01-a", "01-early")}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &Course{Lessons: []*Lesson{early, late}, Katas: test.katas, Points: []Point{test.point}, Modules: []*Module{{Title: "All"}}}
			l := &loader{course: c, modules: [][]string{{"01-early", "02-late"}}}
			l.checkModules()
			l.checkPath()
			got := ""
			if err := errors.Join(l.problems...); err != nil {
				got = err.Error()
			}
			if test.want == "" && got != "" || !strings.HasPrefix(got, test.want) || strings.Contains(got, "\n") {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTwoLabsOfOneName(t *testing.T) {
	c := &Course{Labs: []*Lab{{ID: "a", Lesson: "01-early"}, {ID: "b", Lesson: "01-early"}, {ID: "a", Lesson: "02-late", file: "lessons/02-late/a/lab.toml"}}}
	l := &loader{course: c, src: Sources{Lessons: fstest.MapFS{}}}
	l.checkLabs()
	const want = `lessons/02-late/a/lab.toml:1: there is a lab "a" in lessons/01-early/a as well: rename one of the folders`
	if err := errors.Join(l.problems...); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}
