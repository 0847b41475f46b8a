package lab_test

import (
	"flag"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/lessons"
	wire "example.com/leakproof/lessons/lab"
	"example.com/leakproof/quiz"
	"example.com/leakproof/solutions"
)

// tries is how often a script is played until the machine leaves it alone.
const tries = 4

// TestLabsShowTheFailureAndTheCure plays the script of each lab on the real
// program, which has the settings and measures the numbers that lab.toml names.
// Each takes little of a machine that does nothing else, and says
// little on one that does: the command that tests everything leaves them to
// .ci/run, which names them and plays four at a time.
func TestLabsShowTheFailureAndTheCure(t *testing.T) {
	if !strings.Contains(flag.Lookup("test.run").Value.String(), "/") {
		t.Skip("name a lab: -run 'TestLabsShowTheFailureAndTheCure/leaky-fan-out', or all by /.")
	}
	content, err := course.Load(course.Sources{Lessons: lessons.FS, Quiz: quiz.FS, Solutions: solutions.FS})
	if err != nil {
		t.Fatal(err)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	runner := &gorun.Runner{Root: root}
	for _, l := range content.Labs {
		t.Run(l.ID, func(t *testing.T) {
			t.Parallel()
			script, err := lab.ParseScript(l.Dir()+"/run.script", l.Script, l)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for range tries {
				told, disturbed := play(t, runner, l, script, dir)
				if told == "" {
					return
				}
				if disturbed == 0 {
					t.Fatal(told)
				}
				t.Logf("this machine was busy at %d samples:\n%s", disturbed, told)
			}
			t.Fatalf("this machine was busy each time: end what else it does, and run %s again", t.Name())
		})
	}
}

// play says what a script expected and did not see, "" if nothing, and how many
// samples were disturbed.
func play(t *testing.T, runner *gorun.Runner, l *course.Lab, script *lab.Script, dir string) (told string, disturbed int) {
	t.Helper()
	run := lab.Start(t.Context(), runner, l, dir)
	defer run.Stop()
	var settings []wire.Setting
	measured := map[string]bool{}
	played, err := lab.Play(t.Context(), run, script, lab.NewRecord(l, nil), lab.Tell{Update: func(u lab.Update) {
		switch {
		case u.Hello != nil:
			settings = u.Hello.Settings
		case u.Sample != nil:
			if u.Sample.Disturbed != "" {
				disturbed++
			}
			for id := range u.Sample.Numbers {
				measured[id] = true
			}
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if played.OK {
		compare(t, l, settings, measured)
		return "", disturbed
	}
	var out strings.Builder
	for _, e := range played.Expected {
		if !e.Holds {
			out.WriteString(e.Text + ": " + e.Measured + "\n")
		}
	}
	for _, e := range played.Mission.Evidence {
		out.WriteString("mission: " + e.Text + "\n")
	}
	return out.String(), disturbed
}

// compare compares what a lab's program has with what lab.toml names.
func compare(t *testing.T, l *course.Lab, settings []wire.Setting, measured map[string]bool) {
	t.Helper()
	for _, n := range l.Numbers {
		of := []string{n.ID}
		if n.Share[0] != "" {
			of = n.Share[:]
		}
		for _, id := range of {
			if !measured[id] {
				t.Errorf("the program measures no %q", id)
			}
		}
	}
	for _, s := range l.Settings {
		if !slices.Contains(settings, wire.Setting{Name: s.ID, Value: s.Start}) {
			t.Errorf("the program has no setting %q that starts at %d: %+v", s.ID, s.Start, settings)
		}
	}
	for _, s := range settings {
		if l.Setting(s.Name) == nil && s.Name != "restart" { // which every lab has
			t.Errorf("lab.toml does not name the setting %q of the program", s.Name)
		}
	}
}
