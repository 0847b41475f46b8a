package course_test

import (
	"encoding/json"
	"io"
	"maps"
	"os/exec"
	"path"
	"slices"
	"testing"

	"example.com/leakproof/internal/course"
	wire "example.com/leakproof/lessons/lab"
)

// maxSamples is how many samples, four a second, tell every number.
const maxSamples = 60

// TestLabsNameWhatTheirProgramsHave runs the program of each lab and compares
// what it says of itself with lab.toml: the settings with their values at the
// start, and every number. Some tell only what comes of a fault.
func TestLabsNameWhatTheirProgramsHave(t *testing.T) {
	labs := content(t).Labs
	var mains []string
	for _, lab := range labs {
		mains = append(mains, path.Join(lab.Dir(), "main.go"))
	}
	built := buildPrograms(t, mains)
	for i, lab := range labs {
		t.Run(lab.ID, func(t *testing.T) {
			missing := map[string]bool{}
			for _, n := range lab.Numbers {
				for _, id := range n.Share {
					missing[id] = true
				}
				missing[n.ID] = n.Share[0] == ""
			}
			maps.DeleteFunc(missing, func(id string, measured bool) bool { return id == "" || !measured })
			var settings []wire.Setting
			samples := 0
			tells(t, built[mains[i]], func(m wire.Message, tell func(wire.Command)) (enough bool) {
				switch {
				case m.Problem != "":
					t.Error(m.Problem)
				case m.Hello != nil:
					settings = m.Hello.Settings
				case m.Sample != nil:
					samples++
					maps.DeleteFunc(missing, func(id string, _ bool) bool { _, told := m.Sample.Numbers[id]; return told })
				}
				if samples == 1 && len(missing) > 0 { // they may be about what breaks
					for _, s := range lab.Settings {
						if s.Kind == course.Fault {
							tell(wire.Command{Set: &wire.Setting{Name: s.ID, Value: 1}})
						}
					}
				}
				return samples > 0 && len(missing) == 0 || samples == maxSamples
			})
			for id := range missing {
				t.Errorf("the program measures no %q", id)
			}
			for _, s := range lab.Settings {
				if !slices.Contains(settings, wire.Setting{Name: s.ID, Value: s.Start}) {
					t.Errorf("the program has no setting %q that starts at %d: %+v", s.ID, s.Start, settings)
				}
			}
			for _, s := range settings {
				if lab.Setting(s.Name) == nil && s.Name != "restart" { // which every lab has
					t.Errorf("lab.toml does not name the setting %q of the program", s.Name)
				}
			}
		})
	}
}

// tells runs a lab's program and hands on what it says until that is enough.
// Then it ends, because its standard input does.
func tells(t *testing.T, program string, take func(m wire.Message, tell func(wire.Command)) (enough bool)) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program)
	commands, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	said, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	messages, orders := json.NewDecoder(said), json.NewEncoder(commands)
	tell := func(c wire.Command) {
		if err := orders.Encode(c); err != nil {
			t.Error(err)
		}
	}
	enough := false
	for !enough {
		var m wire.Message
		if err := messages.Decode(&m); err != nil {
			t.Errorf("it said no more: %v", err)
			break
		}
		enough = take(m, tell)
	}
	_ = commands.Close()
	_, _ = io.Copy(io.Discard, said)
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
