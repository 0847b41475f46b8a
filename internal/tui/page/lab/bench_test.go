package lab

import (
	"math"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/course/coursetest"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/theme"
	"example.com/leakproof/internal/tui/ui"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// BenchmarkSample is what a sample costs, from taking it to the page drawn, with
// a full minute on three curves. Four a second come in: 25 ms would be 10 % of a
// core.
func BenchmarkSample(b *testing.B) {
	for name, size := range map[string][2]int{"116x36": {116, 36}, "76x20": {76, 20}, "38x10": {38, 10}} {
		b.Run(name, func(b *testing.B) {
			p := benched(b)
			for i := range span * 4 {
				feed(p, i)
			}
			for i := 0; b.Loop(); i++ {
				feed(p, span*4+i)
				p.Layout(size[0], size[1])
				p.View()
			}
		})
	}
}

// BenchmarkKey is what a frame costs when no sample came: the curves stay.
func BenchmarkKey(b *testing.B) {
	p := benched(b)
	for i := range span * 4 {
		feed(p, i)
	}
	for i := 0; b.Loop(); i++ {
		p.cursor.At = i % len(p.lab.Settings)
		p.Layout(116, 36)
		p.View()
	}
}

func benched(b testing.TB) *Lab {
	b.Helper()
	log, err := progress.Open(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	all := coursetest.Course(b)
	l := *all.Labs[0]
	l.Curves = []*course.Curve{l.Curves[0], l.Curves[0], l.Curves[0]}
	env := &page.Env{
		Look: ui.NewLook(theme.New(theme.Dark, true, true)), Jobs: ui.NewJobs(b.Context()), Workbook: &workbook.Workbook{Course: all, Log: log},
	}
	p := New(env, &l)
	p.tab, p.seen, p.met = liveTab, true, true
	p.run.begin()
	return p
}

func feed(p *Lab, i int) {
	numbers := map[string]float64{}
	for _, n := range p.lab.Numbers {
		numbers[n.ID] = 500 + 300*math.Sin(float64(i)/7) + float64(i%13)
	}
	p.run.take(saidMsg{update: lab.Update{Sample: &wire.Sample{At: float64(i) / 4, Numbers: numbers}}})
}
