package course

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// NearMisses are questions made from the katas' corpora: why is this repair
// refused? The wrong options are the reasons of other repairs of the kata, so
// each is the truth about something else.
func (c *Course) NearMisses() []*Question {
	var out []*Question
	for _, k := range c.Katas {
		for _, v := range k.Variants {
			if q := c.nearMiss(k, v); q != nil {
				out = append(out, q)
			}
		}
	}
	return out
}

// nearMiss is nil if v is not wrong.
func (c *Course) nearMiss(k *Kata, v *Variant) *Question {
	m := c.Misconceptions[v.Misconception]
	if v.Why == "" || m == nil {
		return nil
	}
	return &Question{
		ID: NearMissID(k, v), Revision: 1, Kind: Single, Lesson: slices.Max(k.Lessons), Teaches: k.Practises, Difficulty: maxDifficulty,
		Stem:          fmt.Sprintf("Kata %d, %s. Somebody repaired it like this: %s.\n\nWhy is that refused?", k.Number, k.Title, strings.TrimRight(v.Summary, ".")),
		Explanation:   m.Truth,
		Misconception: m.ID,
		Options: append([]Option{{Text: v.Why, Right: true, Why: "That is the reason, and the suite shows it."}},
			otherReasons(k, v)...),
	}
}

// otherReasons are why other repairs of the kata than v are refused: three
// that come after it, of as many misconceptions as there are.
func otherReasons(k *Kata, v *Variant) []Option {
	at := slices.Index(k.Variants, v)
	others := slices.DeleteFunc(slices.Concat(k.Variants[at+1:], k.Variants[:at]), func(o *Variant) bool { return o.Why == "" || o.Why == v.Why })
	used := map[string]bool{v.Misconception: true}
	var fresh, known []*Variant
	for _, o := range others {
		if used[o.Misconception] {
			known = append(known, o)
		} else {
			used[o.Misconception] = true
			fresh = append(fresh, o)
		}
	}
	var out []Option
	for _, o := range append(fresh, known...)[:min(3, len(others))] {
		out = append(out, Option{Text: o.Why, Why: "That is why another repair is refused: " + o.Summary})
	}
	return out
}

// NearMissID is the id of the question about a wrong variant.
func NearMissID(k *Kata, v *Variant) string { return "near-miss-" + k.ID + "-" + v.ID }

// Candidates are the repairs to judge once a kata is solved: its near misses
// and its other good repairs, in an order that does not tell which is which.
func (k *Kata) Candidates() []*Variant {
	var out []*Variant
	for _, v := range k.Variants {
		if v.ID != "start" && v.ID != "solution" {
			out = append(out, v)
		}
	}
	slices.SortFunc(out, func(a, b *Variant) int { return cmp.Compare(Hash([]byte(a.ID)), Hash([]byte(b.ID))) })
	return out
}

// Prediction asks what the suite says to a candidate. Its id is that of the
// near miss, so a prediction counts as an answer to it; one about a good repair
// counts for nothing.
func (c *Course) Prediction(k *Kata, v *Variant) *Question {
	accepted := Option{Text: "Nothing: it is accepted.", Why: "The suite refuses it."}
	q := c.nearMiss(k, v)
	if q == nil {
		accepted.Right, accepted.Why = true, v.Trades
		q = &Question{
			ID: "accepted-" + k.ID + "-" + v.ID, Revision: 1, Kind: Single, Lesson: slices.Max(k.Lessons), Explanation: v.Summary,
			Options: otherReasons(k, v),
		}
	}
	q.Stem = "What does the suite say against it?"
	q.Options = append(q.Options, accepted)
	return q
}
