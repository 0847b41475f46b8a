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

// nearMiss is nil if v is not wrong, or if there are too few other reasons.
func (c *Course) nearMiss(k *Kata, v *Variant) *Question {
	m := c.Misconceptions[v.Misconception]
	if !strings.HasPrefix(v.ID, "wrong-") || m == nil {
		return nil
	}
	q := &Question{
		ID: NearMissID(k, v), Revision: 1, Kind: Single, Lesson: slices.Max(k.Lessons),
		Teaches: k.Practises, Difficulty: maxDifficulty,
		Stem:          fmt.Sprintf("Kata %d, %s. Somebody repaired it like this: %s\n\nWhy is that refused?", k.Number, k.Title, v.Summary),
		Misconception: m.ID,
		Explanation:   c.Misconceptions[v.Misconception].Truth,
		Options:       []Option{{Text: v.Why, Right: true, Why: "That is the reason, and the suite shows it."}},
	}
	at := slices.Index(k.Variants, v)
	used := map[string]bool{m.ID: true}
	for i := range k.Variants {
		other := k.Variants[(at+1+i)%len(k.Variants)]
		if len(q.Options) == maxOptions-2 {
			break
		}
		if other.Misconception == "" || used[other.Misconception] {
			continue
		}
		used[other.Misconception] = true
		q.Options = append(q.Options, Option{Text: other.Why, Why: "That is why another repair is refused: " + other.Summary})
	}
	if len(q.Options) < minOptions {
		return nil
	}
	return q
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
		q = &Question{ID: "accepted-" + k.ID + "-" + v.ID, Revision: 1, Kind: Single, Lesson: slices.Max(k.Lessons), Explanation: v.Summary}
		for _, other := range k.Variants {
			if other.Why != "" && len(q.Options) < minOptions {
				q.Options = append(q.Options, Option{Text: other.Why, Why: "That is why another repair is refused: " + other.Summary})
			}
		}
	}
	q.Stem = "What does the suite say against it?"
	q.Options = append(q.Options, accepted)
	return q
}
