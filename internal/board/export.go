package main

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

// exportJSON writes the room and, one after the other, every event that it
// keeps: {"schema", "view": View, "events": [{"participant", "arrived", "event"}]}.
func (s *server) exportJSON(w http.ResponseWriter, r *http.Request) error {
	view, err := json.Marshal(s.live.view())
	if err != nil {
		return err
	}
	out, err := s.download(w, "application/json", "json")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(out, `{"schema":"`+room.Schema+`","view":`+string(view)+`,"events":[`); err != nil {
		return err
	}
	before := "\n"
	err = s.live.store.eachEvent(r.Context(), s.live.id, func(k kept) error {
		row, err := json.Marshal(k)
		if err != nil {
			return err
		}
		_, err = out.Write(append([]byte(before), row...))
		before = ",\n"
		return err
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(out, "\n]}\n")
	return err
}

// download begins a file. What is written later than [exportTime] is lost.
func (s *server) download(w http.ResponseWriter, mediaType, ending string) (io.Writer, error) {
	if err := http.NewResponseController(w).SetWriteDeadline(time.Now().Add(exportTime)); err != nil {
		return nil, err
	}
	w.Header().Set("Content-Type", mediaType)
	w.Header().Set("Content-Disposition", `attachment; filename="leakproof-room.`+ending+`"`)
	return w, nil
}

// exportCSV writes a row for each person and kata.
func (s *server) exportCSV(w http.ResponseWriter, _ *http.Request) error {
	out, err := s.download(w, "text/csv; charset=utf-8", "csv")
	if err != nil {
		return err
	}
	rows := csv.NewWriter(out)
	write := func(cells ...string) {
		for i := range cells {
			cells[i] = text.Cell(cells[i])
		}
		_ = rows.Write(cells) // the writer remembers it
	}
	write("participant", "name", "joined", "kata", "started", "last", "status", "solved", "verdicts", "hints", "resets", "beliefs", "left")
	for _, p := range s.live.sorted() {
		if len(p.katas) == 0 {
			write(p.id, p.name, cellTime(p.joined), "", "", "", "", "", "", "", "", "", cellTime(p.Left))
		}
		for _, name := range slices.Sorted(maps.Keys(p.katas)) {
			k := p.katas[name]
			var beliefs []string
			for _, h := range k.Says {
				beliefs = append(beliefs, h.ID)
			}
			write(p.id, p.name, cellTime(p.joined), name, cellTime(k.First), cellTime(k.Last), k.Status, cellTime(k.Solved),
				strconv.Itoa(k.Verdicts), strconv.Itoa(k.Hints), strconv.Itoa(k.Resets), strings.Join(beliefs, " "), cellTime(p.Left))
		}
	}
	rows.Flush()
	return rows.Error()
}

// cellTime is a time in a cell.
func cellTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
