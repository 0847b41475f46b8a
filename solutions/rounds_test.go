package solutions_test

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/grade"
)

// corpusGrader grades variants in rounds, no two of one kata in each: the go
// command then builds and runs as many at a time as there are processors.
//
// Most near misses are refused before the calls that meet on several processors
// have met for long, which is half of the time that a suite takes; and a test of
// a learner's is refused by what it does with a few implementations. So what has
// to be refused is graded with -short and with these first, and whole only if that
// run does not refuse it as it should.
type corpusGrader struct {
	quick, whole *grade.Grader
	runs         int

	asked   []ask
	once    sync.Once
	running sync.WaitGroup
	mu      sync.Mutex
	err     error // of the first round that failed; read it once the verdicts have ended
}

// An ask is for the verdicts on a variant.
type ask struct {
	suite    grade.Suite
	few      []grade.Implementation   // of the suite, for a short run
	quickly  func(grade.Verdict) bool // whether a short run was enough; nil if none is
	verdicts chan grade.Verdict
}

// add asks for the verdicts on a variant. The channel is closed after the last.
// The variants of a kata have to be added one after another.
func (g *corpusGrader) add(suite grade.Suite, few []grade.Implementation, quickly func(grade.Verdict) bool) <-chan grade.Verdict {
	a := ask{suite, few, quickly, make(chan grade.Verdict, g.runs)}
	g.asked = append(g.asked, a)
	return a.verdicts
}

// start begins with the rounds, once.
func (g *corpusGrader) start(ctx context.Context) {
	g.once.Do(func() {
		rounds := deal(g.asked)
		var group errgroup.Group
		// Of a few katas alone, one round does not keep the processors busy.
		group.SetLimit(max(1, runtime.NumCPU()*len(rounds)/len(g.asked)))
		g.running.Go(func() {
			for _, r := range rounds {
				group.Go(func() error {
					g.grade(ctx, r)
					return nil
				})
			}
			_ = group.Wait() // the rounds keep their errors
		})
	})
}

func (g *corpusGrader) grade(ctx context.Context, round []ask) {
	for _, a := range round {
		defer close(a.verdicts)
	}
	for range g.runs {
		var quick, whole []ask
		for _, a := range round {
			if a.quickly != nil {
				quick = append(quick, a)
			} else {
				whole = append(whole, a)
			}
		}
		suites := make([]grade.Suite, len(quick))
		for i, a := range quick {
			suites[i] = a.suite
			suites[i].Implementations = a.few
		}
		g.gradeWith(ctx, g.quick, suites, func(i int, v grade.Verdict) {
			if quick[i].quickly(v) {
				quick[i].verdicts <- v
			} else {
				whole = append(whole, quick[i])
			}
		})
		suites = nil
		for _, a := range whole {
			suites = append(suites, a.suite)
		}
		g.gradeWith(ctx, g.whole, suites, func(i int, v grade.Verdict) { whole[i].verdicts <- v })
	}
}

func (g *corpusGrader) gradeWith(ctx context.Context, grader *grade.Grader, suites []grade.Suite, tell func(int, grade.Verdict)) {
	if len(suites) == 0 {
		return
	}
	if err := grader.GradeAll(ctx, suites, tell); err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.err = cmp.Or(g.err, err)
	}
}

// deal makes as few rounds as there are variants of one kata, of the same size
// all: a kata's variants follow one another, so no two get into one round.
func deal(asked []ask) [][]ask {
	of, most := map[string]int{}, 0
	for _, a := range asked {
		of[a.suite.Kata]++
		most = max(most, of[a.suite.Kata])
	}
	rounds := make([][]ask, most)
	for i, a := range asked {
		rounds[i%most] = append(rounds[i%most], a)
	}
	return rounds
}

func TestRoundsAreEvenAndHoldAKataOnce(t *testing.T) {
	var asked []ask
	for kata, variants := range []int{3, 1, 5, 2, 4} {
		for range variants {
			asked = append(asked, ask{suite: grade.Suite{Kata: fmt.Sprint(kata)}})
		}
	}
	rounds := deal(asked)
	if len(rounds) != 5 {
		t.Errorf("%d rounds, want as many as the longest corpus has variants, 5", len(rounds))
	}
	for _, round := range rounds {
		katas := map[string]bool{}
		for _, a := range round {
			katas[a.suite.Kata] = true
		}
		if len(round) != 3 || len(katas) != 3 {
			t.Errorf("a round of %d variants of %d katas, want 3 of 3", len(round), len(katas))
		}
	}
}
