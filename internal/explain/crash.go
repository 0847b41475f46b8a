package explain

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// crash explains what ended the process: a panic, a fatal error of the
// runtime, or the testing package's own limit.
func (f *finder) crash(name, dump string) {
	all := parseGoroutines(dump)
	head := firstLine(dump)
	said := strings.TrimPrefix(strings.TrimPrefix(head, "fatal error: "), "panic: ")
	switch {
	case strings.HasPrefix(head, "panic: test timed out after "):
		f.hang(name, fmt.Sprintf("%s had not ended after %s", f.shown(name), f.Limit), all, nil)
	case strings.HasPrefix(said, "deadlock: ") || strings.HasPrefix(said, "all goroutines are asleep"):
		f.deadlock(name, said, all)
	case len(all) == 0:
		f.add(Finding{Kind: KindPanic, Text: head, Test: name})
	case strings.HasPrefix(said, "unexpected call to os.Exit(0)"):
		f.stop(KindExit, name, all[0], "calls os.Exit", "%[1]s ended the whole process: os.Exit is called %[2]s", f.shown(name))
	case strings.HasPrefix(head, "fatal error: "):
		f.stop(KindFatal, name, all[0], "fatal error", "fatal error %[2]s: %[1]s; the whole process ends, no recover helps", said)
	default:
		f.stop(KindPanic, name, all[0], "panics", "panic %[2]s: %[1]s", said)
	}
}

// stop adds what the goroutine that ran at the time says of the end of a
// process. The format takes what was said and where.
func (f *finder) stop(kind FindingKind, test string, g trace, what, format, said string) {
	// What recovers and panics again stands above the first panic.
	for i, c := range slices.Backward(g.calls) {
		if c.function == "panic" {
			g.calls = g.calls[i+1:]
			break
		}
	}
	at, places := f.where(g, what)
	text := fmt.Sprintf(format, said, at)
	if start, place := f.started(g, 1); start != "" {
		text += "; the goroutine " + start
		places = append(places, place...)
	}
	f.add(Finding{Kind: kind, Text: text, Test: test, Places: places, Stack: f.folded(g), key: said + at})
}

// exitCall ends the process.
var exitCall = regexp.MustCompile(`\b(?:os\.Exit|syscall\.Exit|log\.Fatal(?:f|ln)?)\(`)
