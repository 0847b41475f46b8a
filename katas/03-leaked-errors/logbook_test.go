package leakederrors_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// A logbook keeps the records of a logger.
type logbook struct {
	hold func(line string) // when set, runs before a record is kept

	mu   sync.Mutex
	kept []record
}

// A record is a line of JSON and its level.
type record struct {
	level slog.Level
	line  string
}

func (r record) has(text string) bool { return strings.Contains(r.line, text) }

func (b *logbook) records() []record {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.kept)
}

// lacks says what is missing for one record of at least this level that has
// the request id of the answer and all of the text, which belongs to what;
// "" when there is one.
func (b *logbook) lacks(level slog.Level, id, what string, text ...string) string {
	lack := "no record of the injected logger has " + what + " as text"
	for _, r := range b.records() {
		found := 0
		for _, piece := range text {
			if r.has(piece) {
				found++
			}
		}
		switch {
		case found == 0:
		case found < len(text):
			lack = "the record has only a part of " + what
		case indexWord(r.line, id) < 0:
			lack = "the record with " + what + " does not have the request_id of the answer"
		case r.level < level:
			lack = fmt.Sprintf("the record with %s has the level %v, where at least %v is due", what, r.level, level)
		default:
			return ""
		}
	}
	return lack
}

// lacksStack says what is missing for one record that has the request id of the
// answer, the panic's value and a stack with the call that panicked.
func (b *logbook) lacksStack(id, call string, value ...string) string {
	lack := "no record has the request_id of the answer, the panic's value and a stack as text"
	for _, r := range b.records() {
		if indexWord(r.line, id) < 0 || slices.ContainsFunc(value, func(v string) bool { return !r.has(v) }) {
			continue
		}
		switch {
		case r.has(call):
			return ""
		case r.has("goroutine ") && r.has(".go:"):
			lack = fmt.Sprintf("the record of the panic has a stack, and the call that panicked, %s, is not in it", call)
		default:
			lack = "the record with the panic's value has no stack as text"
		}
	}
	return lack
}

// A logHandler puts records into its logbook. Records share no lock while one
// of them is held.
type logHandler struct {
	book *logbook
	wrap func(slog.Handler) slog.Handler // the logger's attributes and groups
}

func (logHandler) Enabled(context.Context, slog.Level) bool { return true }

func (l logHandler) Handle(ctx context.Context, r slog.Record) error {
	r.Time = time.Time{} // its digits could pass for a request id
	var line bytes.Buffer
	err := l.wrap(slog.NewJSONHandler(&line, nil)).Handle(ctx, r)
	if l.book.hold != nil {
		l.book.hold(line.String())
	}
	l.book.mu.Lock()
	defer l.book.mu.Unlock()
	l.book.kept = append(l.book.kept, record{r.Level, line.String()})
	return err
}

func (l logHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithAttrs(attrs) }}
}

func (l logHandler) WithGroup(name string) slog.Handler {
	return logHandler{l.book, func(h slog.Handler) slog.Handler { return l.wrap(h).WithGroup(name) }}
}
