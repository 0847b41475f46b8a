package lab

import (
	"math"
	"slices"

	"example.com/leakproof/internal/course"
)

// What a curve can do besides the shapes that are asked for.
const (
	RisesAndStays course.Shape = "rises-and-stays" // at a new level
	FallsAndRises course.Shape = "falls-and-rises"
)

// How much it takes to tell a shape.
const (
	beforeOver = 3.0 // seconds before a change that say what was usual
	shapeParts = 8   // parts of a curve whose medians are compared
	fewest     = 12  // points
	smallest   = 2.0 // of whatever is measured: a change that nobody sees on a curve
	usual      = 0.15
)

// shapeOf tells what a curve does after something has happened; before are
// its points in the seconds before that. It is "" if there are too few.
//
// Each point is first replaced by the median of five, then the curve is cut into
// eight parts of the same duration, each of which counts by its median: single
// values mean nothing. What differs from the level before by less than the
// tolerance has stayed. The tolerance is the greatest of: 15 % of the level, the
// range that the curve had before (a heap between two collections), three
// deviations of its noise, and 2 of whatever is measured.
//
// A curve that came back more than half the way from its peak has risen and
// fallen. One that is up at the end still rises if its second half brought more
// than a sixth of the whole; a line brings half, a curve that levels out nearly
// nothing.
func shapeOf(before, after []Point) course.Shape {
	if len(after) < fewest || after[len(after)-1].At <= after[0].At {
		return ""
	}
	parts := medians(smooth(after), shapeParts)
	start := parts[0]
	tolerance := max(smallest, 3*noise(after))
	if len(before) > 0 {
		values := slices.Sorted(slices.Values(valuesOf(before)))
		start = median(values)
		// Of what goes up and down evenly, half is between the quartiles.
		tolerance = max(tolerance, 2*(values[len(values)*3/4]-values[len(values)/4]))
	}
	tolerance = max(tolerance, usual*math.Abs(start))

	last := len(parts) - 1
	end := median(parts[last-1:])
	peak, trough := slices.Max(parts), slices.Min(parts)
	switch {
	case peak-start > tolerance && peak-end > max(tolerance, (peak-start)/2):
		return course.RisesAndFalls
	case start-trough > tolerance && end-trough > max(tolerance, (start-trough)/2):
		return FallsAndRises
	case end-start > tolerance:
		middle := median(parts[last/2 : last/2+2])
		if gain := end - middle; gain > (end-start)/6 && gain > tolerance/4 {
			return course.Rises
		}
		return RisesAndStays
	case start-end > tolerance:
		return course.Falls
	}
	return course.Stays
}

// smooth replaces each point by the median of the five around it, at the ends of
// the five that are nearest.
func smooth(points []Point) []Point {
	out, values := slices.Clone(points), valuesOf(points)
	for i := range out {
		from := min(max(i-2, 0), len(values)-5)
		out[i].Value = median(values[from : from+5])
	}
	return out
}

// medians cuts a curve into parts of the same duration; one without a point is as
// the one before it.
func medians(points []Point, parts int) []float64 {
	from, to := points[0].At, points[len(points)-1].At
	values := make([][]float64, parts)
	for _, p := range points {
		i := int(float64(parts) * (p.At - from) / (to - from))
		i = min(i, parts-1) // the last point
		values[i] = append(values[i], p.Value)
	}
	out := make([]float64, parts)
	for i, v := range values {
		if len(v) > 0 {
			out[i] = median(v)
		} else {
			out[i] = out[i-1] // the first part has the first point
		}
	}
	return out
}

// noise is the standard deviation of a curve around its own way, from the
// differences of neighbours, and robust against a quarter of outliers.
func noise(points []Point) float64 {
	differences := make([]float64, 0, len(points))
	for i := 1; i < len(points); i++ {
		differences = append(differences, points[i].Value-points[i-1].Value)
	}
	middle := median(differences) // a steady rise is no noise
	for i, d := range differences {
		differences[i] = math.Abs(d - middle)
	}
	const normal = 1.4826 // from the median deviation to the standard one
	return normal * median(differences) / math.Sqrt2
}

func valuesOf(points []Point) []float64 {
	out := make([]float64, len(points))
	for i, p := range points {
		out[i] = p.Value
	}
	return out
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Shape tells what a number has done from one time until another: "" while that is
// too short to tell, or if time jumped in between. Disturbed samples do not
// count, unless most are.
func (r *Record) Shape(number string, from, until float64) course.Shape {
	if from < r.anew {
		return ""
	}
	pick := func(from, until float64) []Point {
		all, calm := r.points(number, from, until, true), r.points(number, from, until, false)
		if 2*len(calm) < len(all) {
			return all
		}
		return calm
	}
	return shapeOf(pick(max(from-beforeOver, r.anew), from), pick(from, until))
}
