//go:build linux

package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/team/room"
)

// audit is what the store holds, set against what people sent and what was
// acknowledged.
type audit struct {
	events     int // in the export
	rows       int // in the table
	lost       int // acknowledged, and not there
	doubled    int // there twice
	unknown    int // there, and never sent
	disordered int // there after a later one of the same person
	miscounted int // of a person and kata: another number of verdicts in export.csv than there are events
}

// claim is what one person knows: the lines up to acked were acknowledged, and
// those up to sent may have arrived.
type claim struct{ acked, sent int }

// A counted is whose verdicts a row of export.csv counts.
type counted struct{ participant, kata string }

// audit looks at the exports, and at the table. Boards may need a moment to
// hear of each other's last events.
func (l *load) audit(ctx context.Context, d *database) (a audit, err error) {
	claims := map[string]claim{}
	for _, p := range l.people {
		claims[p.joined.Participant] = claim{p.acked, p.sent}
	}
	verdicts, err := export(ctx, l, l.boards[len(l.boards)-1], "/export.json", func(r io.Reader) (map[counted]int, error) { return a.readEvents(r, claims) })
	if err != nil {
		return a, err
	}
	settled := time.Now().Add(settleTime)
	for _, b := range l.boards {
		for {
			shown, err := export(ctx, l, b, "/export.csv", readCounts)
			if err != nil {
				return a, err
			}
			wrong := differences(verdicts, shown)
			if wrong == 0 || time.Now().After(settled) {
				a.miscounted += wrong
				break
			}
			if !pause(ctx, 200*time.Millisecond) {
				return a, ctx.Err()
			}
		}
	}
	a.rows, err = d.events(ctx)
	return a, err
}

func export(ctx context.Context, l *load, b *board, path string, read func(io.Reader) (map[counted]int, error)) (_ map[counted]int, err error) {
	body, err := get(ctx, l.client, b, path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	defer func() { err = errors.Join(err, body.Close()) }()
	counts, err := read(body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return counts, nil
}

// readEvents compares export.json with what is claimed, and counts the
// verdicts that it holds.
func (a *audit) readEvents(export io.Reader, claims map[string]claim) (map[counted]int, error) {
	var all struct {
		Events []struct {
			Participant string
			Event       struct{ ID, Kind, Kata string }
		}
	}
	if err := json.NewDecoder(export).Decode(&all); err != nil {
		return nil, err
	}
	a.events = len(all.Events)
	seen, newest := map[string]map[int]bool{}, map[string]int{}
	verdicts := map[counted]int{}
	for _, kept := range all.Events {
		who, e := kept.Participant, kept.Event
		if e.Kind == room.Verdict {
			verdicts[counted{who, e.Kata}]++
		}
		line, err := strconv.Atoi(strings.TrimPrefix(e.ID, session+"-"))
		if seen[who] == nil {
			seen[who] = map[int]bool{}
		}
		switch {
		case err != nil || line < 1 || line > claims[who].sent:
			a.unknown++
		case seen[who][line]:
			a.doubled++
		case line < newest[who]:
			a.disordered++
		}
		seen[who][line] = true
		newest[who] = max(newest[who], line)
	}
	for who, c := range claims {
		for line := 1; line <= c.acked; line++ {
			if !seen[who][line] {
				a.lost++
			}
		}
	}
	return verdicts, nil
}

// readCounts are the verdicts of export.csv.
func readCounts(export io.Reader) (map[counted]int, error) {
	rows, err := csv.NewReader(export).ReadAll()
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	for _, name := range []string{"participant", "kata", "verdicts"} {
		if _, ok := column[name]; !ok {
			return nil, fmt.Errorf("there is no column %q", name)
		}
	}
	verdicts := map[counted]int{}
	for _, row := range rows[1:] {
		kata := row[column["kata"]]
		if kata == "" {
			continue // somebody without an event
		}
		n, err := strconv.Atoi(row[column["verdicts"]])
		if err != nil {
			return nil, err
		}
		verdicts[counted{row[column["participant"]], kata}] = n
	}
	return verdicts, nil
}

// differences counts whose numbers are not the same.
func differences(a, b map[counted]int) int {
	n := 0
	for key, verdicts := range a {
		if b[key] != verdicts {
			n++
		}
	}
	for key, verdicts := range b {
		if _, ok := a[key]; !ok && verdicts != 0 {
			n++
		}
	}
	return n
}
