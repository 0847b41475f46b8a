//go:build linux

package bench

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/tools/rig"
)

// BenchmarkGolings compares the time from a save to its verdict on the screen
// with that of `golings watch` on the same package, where
// github.com/madhank93/golings is on the PATH: of the programs of that name
// the one whose exercises can be packages. Goal: never slower.
func BenchmarkGolings(b *testing.B) {
	program, err := exec.LookPath("golings")
	if err != nil {
		b.Skip("golings is not on the PATH: install github.com/madhank93/golings/golings to compare with it")
	}
	l := newLoop(b)
	l.open()
	g := newGolings(b, l.course, l.kata, program)
	ours, theirs := map[string][]time.Duration{}, map[string][]time.Duration{}
	for b.Loop() {
		for _, variant := range []string{"solution", "start"} {
			began := l.save(l.fresh(variant))
			ours[variant] = append(ours[variant], l.wait(verdicts[variant]).Sub(began))
			theirs[variant] = append(theirs[variant], g.save(b, variant, l.fresh(variant)))
		}
	}
	b.ReportMetric(0, "ns/op")
	for variant, verdict := range verdicts {
		report(b, "ms-"+verdict, ours[variant])
		report(b, "ms-other-"+verdict, theirs[variant])
		ratio(b, "ratio-"+verdict, ours[variant], theirs[variant])
	}
}

// golings is that program with a kata as its one exercise.
type golings struct {
	screen *rig.Screen
	file   string
}

func newGolings(b *testing.B, c *course.Course, k *course.Kata, program string) *golings {
	b.Helper()
	root := newClone(b, c).Root
	place := func(name string) string { // golings watches one folder
		return "exercises" + strings.TrimPrefix(name, "katas")
	}
	for name, data := range k.Suite {
		file := filepath.Join(root, place(name))
		must(b, os.MkdirAll(filepath.Dir(file), 0o700))
		must(b, os.WriteFile(file, bytes.ReplaceAll(data, []byte("leakproof/katas/"), []byte("leakproof/exercises/")), 0o600))
	}
	g := &golings{file: filepath.Join(root, place(k.Path()))}
	info := fmt.Sprintf("[[exercises]]\nname = \"kata\"\npath = %q\nmode = \"test\"\npkg = true\nhint = \"\"\n", place(k.Path()))
	must(b, os.WriteFile(filepath.Join(root, "info.toml"), []byte(info), 0o600))
	g.write(b, k.Start())

	cmd := exec.Command(program, "watch")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), quickRace, "TERM=xterm-256color", "COLORTERM=truecolor")
	var err error
	g.screen, err = rig.Start(cmd, 200, 50)
	must(b, err)
	b.Cleanup(func() {
		must(b, g.screen.Press("q"))
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		must(b, g.screen.End(ctx))
	})
	_, err = g.screen.Wait(b.Context(), rig.Shows("press any key to start"))
	must(b, err)
	must(b, g.screen.Press(" "))
	g.save(b, "start", k.Start()) // fills the build cache
	return g
}

// write saves a version. Without the line the exercise would count as done.
func (g *golings) write(b *testing.B, source []byte) {
	b.Helper()
	must(b, os.WriteFile(g.file, append(source, "\n// I AM NOT DONE\n"...), 0o600))
}

// save saves a version and returns how long its verdict took to the screen.
func (g *golings) save(b *testing.B, variant string, source []byte) time.Duration {
	b.Helper()
	text := map[string]string{"solution": "tests pass", "start": "a test failed"}[variant]
	g.write(b, source)
	began := time.Now()
	ctx, cancel := context.WithTimeout(b.Context(), 5*time.Minute)
	defer cancel()
	at, err := g.screen.Wait(ctx, rig.Shows(text))
	must(b, err)
	return at.Sub(began)
}
