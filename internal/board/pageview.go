package main

import (
	"encoding/json"
	"html/template"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/team/room"
)

// roomPage is a View in the words of the page. The script page.js fills the same slots as the views come in: what one of the
// two says, the other says too.
type roomPage struct {
	room.View
	CSRF       string
	Stamp      string // of the board's clock, when the page was made
	Date       string // the same, for people
	Clock      string
	PeopleWord string
	StillAt    string
	Still      string // "" before there is a verdict
	Agenda     *agendaPage
	People     []personRow
	Katas      []kataRow
	Stuck      []stuckRow
	JoinLine   string
	Until      string // how long the code holds
	QR         string // the address of its picture
	Words      string // JSON: the word of each status

	// The empty rows that the script copies.
	NoPerson personRow
	NoKata   kataRow
	NoStuck  stuckRow
}

type agendaPage struct {
	room.Agenda
	Steps     []stepPage
	Current   room.Step
	Number    int
	Timed     bool // the step has begun and has a limit
	Began     string
	Clock     string // what is left, or over
	ClockWord string
	Percent   string
}

type stepPage struct {
	room.Step
	HTML template.HTML
}

type personRow struct {
	room.Person
	Where      string // the kata or lesson
	StatusWord string
	SinceAt    string
	For        string
}

type kataRow struct {
	room.KataRow
	StartedPercent, SolvedPercent, StuckFrom, StuckPercent string // of the people in the room
}

type stuckRow struct {
	room.StuckRow
	Key       string
	All       int
	SinceAt   string
	Since     string
	TestNames string
	Percent   string
}

func newRoomPage(v room.View, address, csrf string) roomPage {
	words := map[string]string{}
	for _, status := range []string{"", "pass", "fail", "compile-error", "timeout", "untrusted"} {
		words[status] = room.StatusWord(status)
	}
	encoded, _ := json.Marshal(words) // strings
	p := roomPage{
		View: v, CSRF: csrf, Stamp: stamp(v.At), Date: v.At.Local().Format("2 January 2006"), Clock: v.At.Local().Format("15:04:05"),
		PeopleWord: room.People(len(v.People)), StillAt: stamp(v.StillSince),
		JoinLine: room.JoinLine(address, v.Code.Code), Until: v.Code.Holds(v.At), QR: "/join.svg", Words: string(encoded),
		Agenda: newAgendaPage(v),
	}
	if !v.StillSince.IsZero() {
		p.Still = room.Span(v.At.Sub(v.StillSince))
	}
	for _, one := range v.People {
		p.People = append(p.People, newPersonRow(one, v.At))
	}
	for _, one := range v.Katas {
		p.Katas = append(p.Katas, newKataRow(one, len(v.People)))
	}
	for _, one := range v.Stuck {
		p.Stuck = append(p.Stuck, stuckRow{
			StuckRow: one, Key: one.Kata + " " + one.ID, All: len(v.People), SinceAt: stamp(one.Since), Since: room.Span(v.At.Sub(one.Since)),
			TestNames: strings.Join(one.Tests, ", "), Percent: percent(one.People, len(v.People)),
		})
	}
	return p
}

func newPersonRow(one room.Person, now time.Time) personRow {
	where, state, since := one.Doing()
	return personRow{Person: one, Where: where, StatusWord: state, SinceAt: stamp(since), For: room.Span(now.Sub(since))}
}

func newKataRow(one room.KataRow, all int) kataRow {
	return kataRow{
		KataRow: one, StartedPercent: percent(one.Started, all), SolvedPercent: percent(one.Solved, all),
		StuckFrom: percent(one.Started-one.Stuck, all), StuckPercent: percent(one.Stuck, all),
	}
}

func newAgendaPage(v room.View) *agendaPage {
	a := v.Agenda
	if a == nil || a.Step < 0 || a.Step >= len(a.Steps) {
		return nil
	}
	p := &agendaPage{
		Agenda: *a, Current: a.Steps[a.Step], Number: a.Step + 1,
		Began: stamp(a.Began),
	}
	for _, s := range a.Steps {
		p.Steps = append(p.Steps, stepPage{s, markdown(s.Text)})
	}
	var spent float64
	p.Clock, p.ClockWord, spent = a.Timer(v.At)
	p.Timed, p.Percent = p.Clock != "", percent(int(1000*spent), 1000)
	return p
}

// percent is a part of a whole, with a dot for what follows the whole number.
func percent(part, all int) string {
	return strconv.FormatFloat(100*float64(max(part, 0))/float64(max(all, 1)), 'f', 1, 64)
}
