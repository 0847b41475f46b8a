package lab

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"

	wire "example.com/leakproof/lessons/lab"
)

func TestWhatAScriptRefuses(t *testing.T) {
	tests := map[string]string{
		"5s nothing on\n9s end":                  `s:1: the lab has no setting "nothing": it has silent, buffer, budget`,
		"# first\n\n5s silent maybe":             `s:3: silent cannot be "maybe": write on or off`,
		"5s budget 300":                          `s:1: budget cannot be "300": write one of 50 100 200 400`,
		"5s silent on\n4s end":                   `s:2: the time goes back, from 5 to 4 seconds: put the lines in the order of their times`,
		"soon silent on":                         `s:1: "soon" is no time: write seconds, such as 5s`,
		"-1s silent on":                          `s:1: "-1s" is no time`,
		"NaNs silent on":                         `s:1: "NaNs" is no time`,
		"5 silent on":                            `s:1: "5" is no time`,
		"5s":                                     `s:1: "" is nothing that a script can do: write mark NAME, SETTING VALUE, expect ..., or end`,
		"5s do it now":                           `s:1: "do it now" is nothing that a script can do`,
		"5s mark Big":                            `s:1: a mark cannot be named "Big": use small letters, digits and -`,
		"5s mark a\n6s mark a":                   `s:2: there is a mark "a" already: name this one differently`,
		"5s mark reads":                          `s:1: a mark cannot be named "reads", since there is a number reads.sent: name it differently`,
		"5s expect threads > 5":                  `s:1: there is no number "threads": the lab has goroutines, reads.sent, reads.answered, ok, heap; there is no mark before this line`,
		"5s mark a\n5s expect heap > 5 * b.heap": `s:2: there is no number "b.heap": the lab has goroutines, reads.sent, reads.answered, ok, heap; the marks so far are a`,
		"5s expect heap = 5":                     `s:1: "=" compares nothing: write >, <, >= or <=`,
		"5s expect heap > NaN * heap":            `s:1: "NaN" is no factor: write a number`,
		"5s expect heap > inf":                   `s:1: there is no number "inf": the lab has `,
		"600s end":                               `s:1: "600s" is too late: a script ends within 600 seconds`,
		"5s expect heap > x * heap":              `s:1: "x" is no factor: write a number`,
		"5s expect heap explodes":                `s:1: "heap explodes" is nothing to expect`,
		"5s expect threads rises":                `s:1: there is no number "threads"`,
		"5s expect":                              `s:1: "expect" is nothing that a script can do`,
		"5s end\n6s mark a":                      `s:2: the script has ended in line 1: write this before it`,
		"5s mark a":                              `s:1: the script does not say when it ends: write a last line such as 40s end`,
		"":                                       `s:1: the script does not say when it ends`,
	}
	for src, want := range tests {
		if _, err := ParseScript("s", src, shards()); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: %v\nwant %s", src, err, want)
		}
	}
}

// steered is a run whose program is a function of its settings, four samples a
// second of no time.
type steered struct {
	feed  *feed
	ends  float64 // when it ends by itself
	err   error
	event []wire.Setting
}

func (s *steered) Set(_ context.Context, name string, value int) error {
	if name == "budget" && value == 50 {
		return errors.New("refused")
	}
	s.event = append(s.event, wire.Setting{Name: name, Value: value})
	return nil
}

func (s *steered) Err() error { return s.err }

func (s *steered) Next(context.Context) (Update, bool) {
	f := s.feed
	if f.at >= s.ends {
		return Update{}, false
	}
	if len(s.event) > 0 {
		e := s.event[0]
		s.event = s.event[1:]
		return Update{Event: &wire.Event{At: f.at, Text: fmt.Sprintf("%s %d", e.Name, e.Value), Setting: &e}}, true
	}
	if f.Value("silent") == 1 && f.Value("buffer") == 0 {
		f.numbers["goroutines"] += 30
	} else if f.Value("buffer") == 1 {
		f.numbers["goroutines"] = 50
	}
	f.numbers["reads.sent"] += 50
	f.numbers["reads.answered"] += 50
	u := Update{Sample: &wire.Sample{At: f.at, Numbers: f.numbers}}
	f.at += 0.25
	return u, true
}

func play(t *testing.T, src string, ends float64, ended error) (Played, error) {
	t.Helper()
	script, err := ParseScript("s", src, shards())
	if err != nil {
		t.Fatal(err)
	}
	f := newFeed(t, nil)
	f.at = 100 // times count from the first sample
	return Play(t.Context(), &steered{feed: f, ends: 100 + ends, err: ended}, script, f.Record, Tell{})
}

const cure = `
3s    mark healthy
3s    silent on          # the failure
12s   mark broken
12s   expect broken.goroutines > 5 * healthy.goroutines
12s   expect goroutines rises
12s   expect broken.ok >= 99
12s   buffer on          # the cure
18s   mark cured
18s   expect cured.goroutines <= 2 * healthy.goroutines
18s   expect goroutines falls
`

func TestAScriptShowsTheFailureAndTheCure(t *testing.T) {
	played, err := play(t, cure+"20s expect goroutines < 60\n20s expect mission met\n20s end\n", 99, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []Expected{
		{5, 112, "broken.goroutines > 5 * healthy.goroutines", true, "broken.goroutines 1120, healthy.goroutines 40"},
		{6, 112, "goroutines rises", true, "it rose without end"},
		{7, 112, "broken.ok >= 99", true, "broken.ok 100 %, 99"},
		{10, 118, "cured.goroutines <= 2 * healthy.goroutines", true, "cured.goroutines 50, healthy.goroutines 40"},
		{11, 118, "goroutines falls", true, "it fell"},
		{12, 120, "goroutines < 60", true, "goroutines 50, 60"},
		{13, 120, "mission met", true, "met at 1 min 57 s"},
	}
	if diff := cmp.Diff(want, played.Expected); diff != "" || !played.OK || !played.Mission.Met {
		t.Errorf("OK: %v, mission: %+v\n%s", played.OK, played.Mission, diff)
	}

	var file struct {
		Machine string
		Row     []struct {
			Number string
			At     map[string]float64
		}
	}
	if err := toml.Unmarshal([]byte(Measured(shards(), played.Marks, "linux/amd64, 2 cores, go1.26")), &file); err != nil {
		t.Fatal(err)
	}
	if file.Machine != "linux/amd64, 2 cores, go1.26" || len(file.Row) != 2 || file.Row[0].Number != "goroutines" || !cmp.Equal(file.Row[0].At, map[string]float64{"healthy": 40, "broken": 1120, "cured": 50}) {
		t.Errorf("measured: %+v", file)
	}
}

func TestAScriptThatIsNotMet(t *testing.T) {
	for src, ok := range map[string]bool{
		"5s end":                                                        false, // the mission is not met
		"5s expect mission not met\n5s end":                             true,
		"5s expect mission met\n5s end":                                 false,
		cure + "30s expect mission not met\n30s end":                    false,
		cure + "30s end":                                                true,
		cure + "30s expect goroutines > 60\n30s end":                    false,
		cure + "30s expect heap rises\n30s end":                         false,
		"2s expect goroutines stays\n2s expect mission not met\n2s end": false, // too early to tell
	} {
		played, err := play(t, src, 99, nil)
		if err != nil || played.OK != ok {
			t.Errorf("%s\nOK: %v, %v\n%+v", src, played.OK, err, played.Expected)
		}
	}
}

func TestARunThatDoesNotLastForItsScript(t *testing.T) {
	if _, err := play(t, "9s end", 5, nil); err == nil || err.Error() != "the lab has ended before its script: start it again" {
		t.Error(err)
	}
	if _, err := play(t, "9s end", 5, errors.New("no loopback")); err == nil || err.Error() != "no loopback" {
		t.Error(err)
	}
	if _, err := play(t, "2s budget 50\n9s end", 99, nil); err == nil || err.Error() != "refused" {
		t.Error(err)
	}
}

// TestAScriptOnARun plays a script on processes.
func TestAScriptOnARun(t *testing.T) {
	script, err := ParseScript("s", "0.1s mark before\n0.2s silent on\n0.5s mark after\n0.5s expect after.goroutines > before.goroutines\n0.6s expect mission not met\n0.6s end", shards())
	if err != nil {
		t.Fatal(err)
	}
	r := begin(t.Context(), t, "well", usualLimits)
	record := NewRecord(shards(), nil)
	played, err := Play(t.Context(), r, script, record, Tell{})
	if err != nil || !played.OK || record.Value("silent") != 1 {
		t.Errorf("%+v, %v", played, err)
	}
}

func TestSignificant(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 812: "812", 812.4: "812", 41.26: "41.3", 3.14159: "3.14", 0.51234: "0.512", 2: "2", -3.14159: "-3.14", 1234567: "1234567", 100.2: "100"} {
		if got := significant(v); got != want {
			t.Errorf("%v: %s, want %s", v, got, want)
		}
	}
}
