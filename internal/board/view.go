package main

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/leakproof/internal/team/room"
)

// view is the room as it is now.
func (l *live) view() room.View {
	i := l.now()
	v := room.View{Schema: room.Schema, Room: i.name, At: time.Now().UTC(), Agenda: i.agenda, Code: l.joinCode(), Address: l.address,
		People: []room.Person{}, Katas: []room.KataRow{}, Stuck: []room.StuckRow{}}
	rows := map[string]*room.KataRow{}
	stuck := map[[2]string]*room.StuckRow{}
	var passed, began time.Time
	for _, p := range l.sorted() {
		v.People = append(v.People, p.row())
		for name, k := range p.katas {
			row := rows[name]
			if row == nil {
				row = &room.KataRow{Kata: name}
				rows[name] = row
			}
			p.count(row, k)
			if k.Passed.After(passed) {
				passed = k.Passed
			}
			if began.IsZero() || k.First.Before(began) {
				began = k.First
			}
			if p.stuck(k) {
				for _, h := range k.Says {
					stick(stuck, name, h)
				}
			}
		}
	}
	v.StillSince = cmp.Or(passed, began)
	for _, row := range rows {
		v.Katas = append(v.Katas, *row)
	}
	for _, row := range stuck {
		slices.Sort(row.Tests)
		v.Stuck = append(v.Stuck, *row)
	}
	slices.SortFunc(v.Katas, func(a, b room.KataRow) int { return strings.Compare(a.Kata, b.Kata) })
	slices.SortFunc(v.Stuck, func(a, b room.StuckRow) int {
		return cmp.Or(b.People-a.People, a.Since.Compare(b.Since), strings.Compare(a.Kata, b.Kata), strings.Compare(a.ID, b.ID))
	})
	return v
}

// row is a person as a view shows them.
func (p *person) row() room.Person {
	r := room.Person{Participant: p.id, Name: p.name, JoinedAt: p.joined, LastAt: cmp.Or(p.Last, p.joined), Kata: p.Kata, Lesson: p.Lesson, LeftAt: p.Left}
	if k := p.katas[p.Kata]; k != nil {
		r.Since = k.First
		if p.Left.IsZero() {
			r.Status = k.Status
		}
	}
	for _, k := range p.katas {
		if !k.Solved.IsZero() {
			r.Solved++
		}
	}
	return r
}

func (p *person) count(row *room.KataRow, k *kata) {
	row.Started++
	if !k.Solved.IsZero() {
		row.Solved++
	}
	if p.stuck(k) {
		row.Stuck++
	}
}

const maxTests = 50 // names below a belief

// stick counts somebody who holds a belief.
func stick(stuck map[[2]string]*room.StuckRow, kata string, h held) {
	key := [2]string{kata, h.ID}
	row := stuck[key]
	if row == nil {
		row = &room.StuckRow{Belief: h.Belief, Kata: kata, Since: h.Since}
		row.Tests = []string{} // not those of this person's standing, which stays as it is
		stuck[key] = row
	}
	row.People++
	if h.Since.Before(row.Since) {
		row.Since = h.Since
	}
	for _, test := range h.Tests {
		if len(row.Tests) < maxTests && !slices.Contains(row.Tests, test) {
			row.Tests = append(row.Tests, test)
		}
	}
}
