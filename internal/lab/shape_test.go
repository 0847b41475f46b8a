package lab

import (
	"math"
	"math/rand/v2"
	"testing"

	"example.com/leakproof/internal/course"
)

// TestShapes gives each curve twenty kinds of noise. A curve is a function of the
// seconds since the change; before it are three seconds of its value at 0, or of
// what before says.
func TestShapes(t *testing.T) {
	level := func(v float64) func(float64) float64 { return func(float64) float64 { return v } }
	sawtooth := func(t float64) float64 { return 5 + 3*math.Mod(t+10, 1.3) } // a heap between two collections
	tests := map[string]struct {
		before, curve func(s float64) float64
		noise         float64 // deviation, as a part of the value
		seconds       float64
		want          course.Shape
	}{
		"a leak":                            {level(40), func(s float64) float64 { return 40 + 25*s }, 0.02, 6, course.Rises},
		"a slow leak":                       {level(40), func(s float64) float64 { return 40 + 3*s }, 0.02, 8, course.Rises},
		"a leak that begins after 3 s":      {level(40), func(s float64) float64 { return 40 + 50*max(0, s-3) }, 0.03, 8, course.Rises},
		"a leak that speeds up":             {level(10), func(s float64) float64 { return 10 + s*s*5 }, 0.05, 10, course.Rises},
		"nothing":                           {level(40), level(40), 0.03, 8, course.Stays},
		"nothing, noisy":                    {level(40), level(40), 0.2, 8, course.Stays},
		"next to nothing":                   {level(0), func(s float64) float64 { return math.Mod(math.Floor(s*4), 2) }, 0, 8, course.Stays},
		"nothing at all":                    {level(0), level(0), 0, 6, course.Stays},
		"a heap":                            {sawtooth, sawtooth, 0.01, 12, course.Stays},
		"a heap that grows":                 {sawtooth, func(s float64) float64 { return sawtooth(s) + 4*s }, 0.01, 10, course.Rises},
		"to a new level":                    {level(40), func(s float64) float64 { return 40 + 160*min(s/2, 1) }, 0.05, 10, RisesAndStays},
		"to a new level at once":            {level(40), level(400), 0.05, 8, RisesAndStays},
		"levels out":                        {level(40), func(s float64) float64 { return 200 - 160*math.Exp(-s) }, 0.03, 10, RisesAndStays},
		"a peak":                            {level(40), func(s float64) float64 { return 40 + 300*math.Exp(-(s-4)*(s-4)/2) }, 0.05, 10, course.RisesAndFalls},
		"up at once, then drained":          {level(40), func(s float64) float64 { return 40 + max(0, 400-80*s) }, 0.05, 8, course.RisesAndFalls},
		"up and halfway back":               {level(40), func(s float64) float64 { return 40 + 100*min(s/3, 1) - 70*min(max(s-4, 0)/3, 1) }, 0.03, 10, course.RisesAndFalls},
		"drained":                           {level(800), func(s float64) float64 { return max(40, 800-200*s) }, 0.05, 6, course.Falls},
		"gone at once":                      {level(800), level(40), 0.1, 6, course.Falls},
		"slowly less":                       {level(800), func(s float64) float64 { return 800 - 30*s }, 0.02, 8, course.Falls},
		"a dip":                             {level(200), func(s float64) float64 { return 200 - 180*math.Exp(-(s-4)*(s-4)) }, 0.05, 10, FallsAndRises},
		"a counter":                         {func(s float64) float64 { return 1000 + 50*s }, func(s float64) float64 { return 1000 + 50*s }, 0, 8, course.Rises},
		"a counter that stops":              {func(s float64) float64 { return 1000 + 50*s }, level(1000), 0, 8, course.Stays},
		"a counter that begins":             {level(0), func(s float64) float64 { return math.Floor(4 * s) }, 0, 8, course.Rises},
		"too short":                         {level(40), func(s float64) float64 { return 40 + 25*s }, 0, 2.5, ""},
		"latency that no longer is bounded": {level(4), func(s float64) float64 { return 4 + 240*s }, 0.1, 8, course.Rises},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			for seed := range uint64(20) {
				random := rand.New(rand.NewPCG(seed, 1))
				points := func(from, to float64, curve func(float64) float64) []Point {
					var out []Point
					for s := from; s < to; s += 0.25 {
						v := curve(s) * (1 + test.noise*random.NormFloat64())
						if test.noise > 0 && random.IntN(25) == 0 {
							v *= 4 // a spike
						}
						out = append(out, Point{s + 100 + 0.02*random.Float64(), v})
					}
					return out
				}
				if got := shapeOf(points(-beforeOver, 0, test.before), points(0, test.seconds, test.curve)); got != test.want {
					t.Errorf("seed %d: %q, want %q", seed, got, test.want)
				}
			}
		})
	}
}

func TestAShapeWithoutABefore(t *testing.T) {
	var points []Point
	for i := range 40 {
		points = append(points, Point{float64(i) / 4, 10 * float64(i)})
	}
	if got := shapeOf(nil, points); got != course.Rises {
		t.Errorf("a rise is %q", got)
	}
	for i := range points {
		points[i].At = 7
	}
	if got := shapeOf(nil, points); got != "" {
		t.Errorf("points of one time are %q", got)
	}
}

func TestDisturbedSamplesDoNotCountForAShape(t *testing.T) {
	f := newFeed(t, nil)
	f.run(4, nil)
	from := f.at
	f.run(3, nil)
	for range 10 { // a disturbance of 2.5 s in which the goroutines seem to rise
		f.numbers["goroutines"] = 900
		f.sample("the load went out 180 ms late")
	}
	f.numbers["goroutines"] = 40
	f.run(4, nil)
	if got := f.Shape("goroutines", from, f.at); got != course.Stays {
		t.Errorf("with a disturbance in it the curve %q", got)
	}
	if got := f.Shape("nothing", from, f.at); got != "" {
		t.Errorf("a number that is not measured %q", got)
	}
	from = f.at
	for range 40 { // nothing but disturbed samples is all there is
		f.numbers["goroutines"] += 20
		f.sample("the load went out 180 ms late")
	}
	if got := f.Shape("goroutines", from, f.at); got != course.Rises {
		t.Errorf("disturbed throughout, the curve %q", got)
	}
}
