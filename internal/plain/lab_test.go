package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// labRun is a run whose updates the test sends. Settings take effect at once.
type labRun struct {
	updates chan lab.Update
	stopped chan struct{}
	stop    sync.Once
	err     error

	mu      sync.Mutex
	at      float64
	told    []string
	refuses error
}

func newLabRun() *labRun {
	return &labRun{updates: make(chan lab.Update, 1000), stopped: make(chan struct{})}
}

func (r *labRun) Next(ctx context.Context) (lab.Update, bool) {
	select {
	case u, ok := <-r.updates:
		return u, ok
	case <-r.stopped:
	case <-ctx.Done():
	}
	return lab.Update{}, false
}

func (r *labRun) Err() error { return r.err }
func (r *labRun) Stop()      { r.stop.Do(func() { close(r.stopped) }) }

func (r *labRun) tell(command string) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.told = append(r.told, command)
	return r.refuses
}

// touched is how often it was told that somebody is there.
func (r *labRun) touched() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, command := range r.told {
		if command == "touch" {
			n++
		}
	}
	return n
}

func (r *labRun) Touch(context.Context) error { return r.tell("touch") }

func (r *labRun) Set(_ context.Context, setting string, value int) error {
	if err := r.tell(fmt.Sprint(setting, " ", value)); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.updates <- lab.Update{Event: &wire.Event{At: r.at, Text: fmt.Sprint(setting, " ", value), Setting: &wire.Setting{Name: setting, Value: value}}}
	return nil
}

func (r *labRun) Goroutines(context.Context) (*wire.Goroutines, error) {
	return &wire.Goroutines{Total: 152, Groups: []wire.Group{
		{Count: 150, State: "chan send", Lab: true, Frames: []wire.Frame{{Func: "runtime.gopark"}, {Func: "main.send", File: "service.go", Line: 78, Lab: true}}},
		{Count: 2, State: "running"},
	}}, r.tell("goroutines")
}

// samples sends seconds of samples.
func (r *labRun) samples(seconds int, goroutines func(second int) float64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range 4 * seconds {
		r.at += 0.25
		r.updates <- lab.Update{Sample: &wire.Sample{At: r.at, Numbers: map[string]float64{"goroutines": goroutines(i / 4)}}}
	}
}

// inLab is a session that runs a lab with a question to ask.
func inLab(t *testing.T) (d *desk, run *labRun, typed io.Writer, ended chan error) {
	read, write := io.Pipe()
	d, run = newDesk(t, read), newLabRun()
	t.Cleanup(func() { _ = write.Close() })
	options := []course.Option{{Text: "It rises without end", Right: true, Why: "They wait."}, {Text: "It rises and falls again", Why: "No."}, {Text: "It stays as it is", Why: "It does not."}, {Text: "It falls", Why: "No."}}
	l := d.wb.Course.Labs[0]
	l.Story = "A worker *runs* away."
	l.Settings = []*course.Setting{
		{ID: "fail", Kind: course.Fault, Title: "The worker fails", Says: "It never returns."},
		{ID: "end", Kind: course.Switch, Title: "An end", Says: "It gets one.", Code: "func end() {}", File: "lessons/01-ends/runaway/service.go", Line: 7},
		{ID: "budget", Kind: course.Knob, Title: "Budget", Says: "How long.", Values: []int{50, 100}, Start: 100, Unit: "ms"},
	}
	l.Curves = []*course.Curve{{Title: "Goroutines", Numbers: []string{"goroutines"}}}
	l.Predictions = []*course.Prediction{{
		Question: &course.Question{ID: "lab-runaway-fail", Revision: 1, Kind: course.Single, Lesson: "01-ends", Stem: "What do they do?", Explanation: "Nobody ends them.", Options: options},
		Before:   course.Value{Setting: "fail", Value: 1}, Number: "goroutines", Answer: course.Rises,
	}}
	most := 60.0
	l.Mission = course.Mission{
		Text: "Few goroutines.", Hold: 3, Given: []course.Value{{Setting: "fail", Value: 1}}, Needs: []course.Need{{Number: "goroutines", AtMost: &most}},
		Ways: []course.Way{{Settings: []course.Value{{Setting: "end", Value: 1}}, Price: "One more parameter."}},
	}
	d.wb.Lab = func(context.Context, *course.Lab) workbook.LabRun { return run }
	ended = make(chan error, 1)
	go func() {
		_, _, err := d.Lab(t.Context(), l)
		ended <- err
	}()
	return d, run, write, ended
}

// hears waits for a text, and takes what was written up to its end.
func hears(t *testing.T, d *desk, want string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !strings.Contains(d.out.String(), want) {
		select {
		case <-ctx.Done():
			t.Fatalf("it does not say %q:\n%s", want, d.out.String())
		case <-time.After(time.Millisecond):
		}
	}
	wantPlain(t, d.out.String())
	d.out.mu.Lock()
	defer d.out.mu.Unlock()
	return string(d.out.b.Next(strings.Index(d.out.b.String(), want) + len(want)))
}

func types(t *testing.T, to io.Writer, line string) {
	t.Helper()
	if _, err := io.WriteString(to, line+"\n"); err != nil {
		t.Fatal(err)
	}
}

func TestALabInLines(t *testing.T) {
	d, run, typed, ended := inLab(t)
	hears(t, d, "- budget 50 100 (now 100 ms). Budget. How long.\nOr: goroutines, code SETTING, mission, help, quit.\n")
	types(t, typed, "fail on")
	hears(t, d, "The lab is still starting.")
	run.updates <- lab.Update{Building: &lab.Building{Done: 1, Total: 120}}
	hears(t, d, "Compiling the lab, the first time only: 1 of 120 packages.\n")
	run.updates <- lab.Update{Hello: &wire.Hello{Settings: []wire.Setting{{Name: "fail"}, {Name: "end"}, {Name: "budget", Value: 100}}, Pprof: "http://127.0.0.1:1/debug/pprof/"}}
	run.samples(4, func(int) float64 { return 40 })
	hears(t, d, "3 s: goroutines 40.\n")

	types(t, typed, "fail on")
	hears(t, d, "Type the number of your answer (1 to 4)")
	run.samples(1, func(int) float64 { return 41 }) // the lab goes on
	types(t, typed, "1")
	hears(t, d, "Noted. Watch goroutines.\n")
	hears(t, d, "5 s: The worker fails: on.\n")
	run.samples(8, func(s int) float64 { return 40 + 100*float64(s) })
	said := hears(t, d, "In short: Nobody ends them.\n")
	if !strings.Contains(said, "The worker fails: on. You predicted of \"goroutines\" that it") || !d.wb.Log.State().LabSeen("runaway") {
		t.Errorf("the outcome:\n%s", said)
	}
	types(t, typed, "goroutines")
	said = hears(t, d, "goroutine\n")
	if want := "152 goroutines, in 2 groups:\n- 150, chan send, in main.send (service.go, line 78).\n- 2, running.\nWith the real tool: go tool pprof -http=: http://127.0.0.1:1/debug/pprof/goroutine\n"; !strings.HasSuffix(said, want) {
		t.Errorf("%s", said)
	}
	for line, want := range map[string]string{
		"code end": "service.go, line 7:\n    func end() {}\nEnd of the code.\n", "code fail": "fail switches no code of the service.\n", "code x": `no setting "x"`,
		"mission": "Mission: Few goroutines. Held for 0 of 3 s.\n- goroutines: 740 (at most 60): does not hold.\n", "help": "- end on or off (now off). An end. It gets one.\n",
		"dance": `"dance" is not one of the choices. Type help`, "budget 70": "budget cannot be \"70\": write one of 50 100\n",
	} {
		types(t, typed, line)
		hears(t, d, want)
	}
	types(t, typed, "end on")
	hears(t, d, ": An end: on.\n")
	if n := run.touched(); n != 7 { // each of those lines, the refused ones too
		t.Errorf("the lab was told %d times that somebody is there, want 7", n)
	}
	run.samples(5, func(int) float64 { return 30 })
	hears(t, d, "Mission met at 16 s: held for 3 s.\n- goroutines: 30 (at most 60): holds.\nThe price: One more parameter.\n")
	if !d.wb.Log.State().LabMet("runaway") {
		t.Error("that the mission is met was not recorded")
	}
	if a, ok := d.wb.Log.State().Answered("lab-runaway-fail", 1); !ok || len(a.Choice) != 1 {
		t.Errorf("the prediction was recorded as %+v", a)
	}
	types(t, typed, "quit")
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-run.stopped
}

func TestALabThatEndsByItself(t *testing.T) {
	d, run, _, ended := inLab(t)
	run.err = errors.New("the lab has ended: start it again")
	run.samples(1, func(int) float64 { return 40 })
	hears(t, d, "1 s: goroutines 40.\n")
	close(run.updates)
	if err := <-ended; !errors.Is(err, run.err) {
		t.Error(err)
	}
	hears(t, d, "\nMission: Few goroutines. Not yet: it counts while \"The worker fails\" is on.\n")
	<-run.stopped
}

func TestTheInputOfALabEnds(t *testing.T) {
	d, run, typed, ended := inLab(t)
	hears(t, d, "Or: goroutines")
	_ = typed.(io.Closer).Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	hears(t, d, "The input has ended.")
	<-run.stopped
}
