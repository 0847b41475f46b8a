package report

import (
	"fmt"
	"slices"
	"strings"

	"example.com/leakproof/internal/course"
)

// Alike is a version of a kata that several members hand over as theirs. It may
// be chance, where a repair is short, or pairs; who grades asks.
type Alike struct {
	Kata    string   `json:"kata"`
	Hash    string   `json:"hash"`    // of that version
	Variant string   `json:"variant"` // of the course that it is too, such as "solution"; "" if it is none
	Files   []string `json:"files"`   // the reports that have it, as they were named; each of another member

	ofKata *course.Kata
	names  []string
}

// FindAlike finds versions that several members have, by number of the kata. Of a
// report without code the hash counts that it claims.
func FindAlike(c *course.Course, given []Given) []Alike {
	out := []Alike{}
	for _, k := range c.Katas {
		members := map[string][]Given{} // by hash
		var hashes []string             // in the order of the reports
		for _, g := range given {
			h := g.version(k)
			same := func(other Given) bool { return other.Member == g.Member }
			if h == "" || slices.ContainsFunc(members[h], same) {
				continue
			}
			if members[h] = append(members[h], g); len(members[h]) == 2 {
				hashes = append(hashes, h)
			}
		}
		for _, h := range hashes {
			one := Alike{Kata: k.ID, Hash: h, ofKata: k}
			for _, v := range k.Variants {
				if course.Hash(k.Source(v.Files)) == h {
					one.Variant = v.ID
				}
			}
			for _, g := range members[h] {
				one.Files, one.names = append(one.Files, g.File), append(one.names, fmt.Sprintf("%s (%s)", g.Name, g.File))
			}
			out = append(out, one)
		}
	}
	return out
}

// version is the hash of the version that a report claims solves a kata, "" if it
// claims none.
func (r Report) version(k *course.Kata) string {
	at := slices.IndexFunc(r.Katas, func(one Kata) bool { return one.ID == k.ID && one.Solved != nil })
	if at < 0 {
		return ""
	}
	s := r.Katas[at].Solved
	if len(s.Files) == 0 {
		return s.Hash
	}
	files := map[string][]byte{}
	for name, src := range s.Files {
		files[name] = []byte(src)
	}
	return course.Hash(k.Source(files))
}

// String says who has the same, and what it is worth.
func (a Alike) String() string {
	known := "ask them who wrote it"
	if a.Variant != "" {
		known = fmt.Sprintf("it is the course's own, %q", a.Variant)
	}
	return fmt.Sprintf("Kata %d, %s: the same code to the byte in the reports of %s; %s.",
		a.ofKata.Number, a.ofKata.Title, strings.Join(a.names, ", "), known)
}
