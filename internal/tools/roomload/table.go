//go:build linux

package main

import (
	"fmt"
	"io"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"
)

// table is what a run comes to.
type table struct {
	options
	measured
	audit
	loadBefore, loadAfter string
	before, after         []time.Duration // bare inserts
	cpu                   time.Duration   // of all boards
}

// violations are the promises that were broken.
func (t *table) violations() []string {
	var all []string
	check := func(n int, what string) {
		if n != 0 {
			all = append(all, fmt.Sprintf("%d %s", n, what))
		}
	}
	check(t.lost, "events were acknowledged and are not in the store")
	check(t.doubled, "events are in the store twice")
	check(t.unknown, "events are in the store that nobody sent")
	check(t.disordered, "events are in the store after a later one of the same person")
	check(t.miscounted, "numbers of verdicts in export.csv are not those of the events")
	check(t.rows-t.events, "rows are in the table and not in the export")
	check(t.unacked, "events were not acknowledged in the end")
	check(t.unseen, "events were not shown by a page that looked for them")
	for i, memory := range t.memory {
		const slack = 32 << 20 // what the collector may do as it likes
		first, last := memory[0], memory[len(memory)-1]
		fresh := slices.Contains(t.kill, killBoard)
		if !fresh && t.keptUp() && last > first+first/4+slack {
			all = append(all, fmt.Sprintf("the memory of board %d grew from %s to %s", i+1, mebibytes(first), mebibytes(last)))
		}
	}
	return all
}

// keptUp reports whether events were acknowledged before the next were due. If
// not, ever more of them wait in the memory of callers and boards.
func (t *table) keptUp() bool { return quantile(t.callers.took, 0.99) < t.every }

func (t *table) write(out io.Writer) error {
	var b strings.Builder
	store := "SQLite, one board"
	if t.server != "" {
		store = "PostgreSQL, two boards"
	}
	lasts := t.lasts.String()
	if t.compress > 1 {
		lasts = fmt.Sprintf("%v in %v", t.lasts*time.Duration(t.compress), t.lasts)
	}
	fmt.Fprintf(&b, "%d people with an event every %v for %s, %d pages, %s; %d processors, load average %s before and %s after\n\n",
		t.people, t.every, lasts, t.pages, store, runtime.NumCPU(), t.loadBefore, t.loadAfter)

	bare := slices.Concat(t.before, t.after)
	b.WriteString("| | number | p50 | p99 | max | p99 as a multiple of the bare insert's |\n| --- | --- | --- | --- | --- | --- |\n")
	row := func(what string, took []time.Duration) {
		ratio := float64(quantile(took, 0.99)) / float64(max(1, quantile(bare, 0.99)))
		fmt.Fprintf(&b, "| %s | %d | %s | %s | %s | %.1f |\n", what, len(took), short(quantile(took, 0.5)), short(quantile(took, 0.99)), short(quantile(took, 1)), ratio)
	}
	row("bare insert, before", t.before)
	row("bare insert, after", t.after)
	row("event due to acknowledged", t.callers.took)
	row("event due to shown by a page", t.toPage)

	b.WriteString("\n| | |\n| --- | --- |\n")
	fact := func(what, format string, args ...any) {
		fmt.Fprintf(&b, "| %s | %s |\n", what, fmt.Sprintf(format, args...))
	}
	fact("posts", "%d, and %d sent again after their answer", t.callers.posts, t.callers.again)
	fact("events in the store", "%d", t.events)
	fact("lost, doubled, never sent, out of order, miscounted", "%d, %d, %d, %d, %d", t.lost, t.doubled, t.unknown, t.disordered, t.miscounted)
	if !t.keptUp() {
		fact("too much for this machine", "events waited longer than until the next was due, so that memory says nothing")
	}
	fact("not acknowledged, not shown", "%d, %d", t.unacked, t.unseen)
	for i, memory := range t.memory {
		var quarters []string
		for _, n := range memory {
			quarters = append(quarters, mebibytes(n))
		}
		fact(fmt.Sprintf("memory of board %d at each quarter", i+1), "%s", strings.Join(quarters, ", "))
	}
	fact("processor time of the boards", "%v", t.cpu.Round(10*time.Millisecond))
	fact("views to all pages", "%d, %s", t.views, mebibytes(t.bytes))
	fact("killed", "%s", list(t.outages))
	var failed []string
	for _, kind := range slices.Sorted(maps.Keys(t.callers.errors)) {
		failed = append(failed, fmt.Sprintf("%s: %d", kind, t.callers.errors[kind]))
	}
	fact("errors that callers met", "%s", list(failed))
	_, err := io.WriteString(out, b.String())
	return err
}

func list(all []string) string {
	if len(all) == 0 {
		return "none"
	}
	return strings.Join(all, "; ")
}

// quantile is the smallest value that a share of all does not exceed.
func quantile(all []time.Duration, share float64) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	at := int(share*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

func short(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return fmt.Sprintf("%.2f s", d.Seconds())
}

func mebibytes(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
