package cheatsheet

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// The five sections of rules are printed on their own, so each rule stands
// on one line and nothing else stands between them.
func TestRulesStandAlone(t *testing.T) {
	const maxColumns = 72
	lesson := lessonText(t)
	for _, title := range []string{"Context", "Concurrency", "HTTP", "Boundaries", "Do this, not that"} {
		_, section, ok := strings.Cut(lesson, "\n## "+title+"\n")
		if !ok {
			t.Errorf("no section %q", title)
			continue
		}
		section, _, _ = strings.Cut(section, "\n## ")
		for line := range strings.Lines(section) {
			line = strings.TrimSuffix(line, "\n")
			rule := strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "|")
			other := line == "" || strings.HasPrefix(line, "@code ") || strings.HasPrefix(line, "@checkpoint ")
			if !rule && !other || len(line) > maxColumns {
				t.Errorf("%s: not a rule of one line and %d columns: %s", title, maxColumns, line)
			}
		}
	}
}

// The search of the lesson finds what starts a goroutine.
func TestTheSearchFindsWhatStartsGoroutines(t *testing.T) {
	m := regexp.MustCompile(`git grep -nE '([^']+)'`).FindStringSubmatch(lessonText(t))
	if m == nil {
		t.Fatal("the lesson shows no git grep")
	}
	search := regexp.MustCompile(m[1])
	for line, starts := range map[string]bool{
		"\tgo func() {":                    true,
		"\tgo s.run(ctx)":                  true,
		"go flush()":                       true,
		"\tgo (*Store).run(s)":             true,
		"\tgo Serve(ln)":                   true,
		"\tgo func(n Note) {":              true,
		"\tonce.Do(func() { go s.run() })": true,
		"\t\twg.Go(func() {":               true,
		"\t\tg.Go(fetch)":                  true,
		"\ttimer := time.AfterFunc(time.Second, s.end)": true,
		"\tstop := context.AfterFunc(ctx, wake)":        true,
		"\tctx, cancel := context.WithTimeout(ctx, d)":  false,
		"\ttimer := time.NewTimer(d)":                   false,
		"\tdefer func() { <-slots }()":                  false,
		"\tgot := f()":                                  false,
		"\tgoto done":                                   false,
		"// let the others go on":                       false,
		"\t}() // and go":                               false,
	} {
		if search.MatchString(line) != starts {
			t.Errorf("the search says %v about %s", !starts, line)
		}
	}
}

// A rule that names a limit of NewServer names it as it is.
func TestTheServersLimitsOutlastTheHandler(t *testing.T) {
	srv := NewServer(nil)
	for name, limit := range map[string]fmt.Stringer{
		"ReadHeaderTimeout": srv.ReadHeaderTimeout, "ReadTimeout": srv.ReadTimeout,
		"WriteTimeout": srv.WriteTimeout, "IdleTimeout": srv.IdleTimeout,
	} {
		if limit.String() == "0s" {
			t.Errorf("no %s", name)
		}
	}
	if srv.WriteTimeout <= budget {
		t.Errorf("WriteTimeout %v is not longer than the handler's %v", srv.WriteTimeout, budget)
	}
}
