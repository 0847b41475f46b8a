package plain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/lab"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
	wire "example.com/leakproof/lessons/lab"
)

// Lab runs a lab: a line a second, and settings as words. It returns the run, for
// who wants to keep it, and when it began; also where it ended with an error.
func (s *Session) Lab(ctx context.Context, l *course.Lab) (*lab.Record, time.Time, error) {
	record, began, err := s.lab(ctx, l)
	return record, began, s.ended(err)
}

func (s *Session) lab(ctx context.Context, l *course.Lab) (*lab.Record, time.Time, error) {
	running, cancel := context.WithCancel(ctx)
	p := &labLines{
		Session: s, lab: l, began: s.wb.Now(), said: -1, record: lab.NewRecord(l, s.wb.Predicted(l)), answers: map[string]labAnswer{},
	}
	p.introduce()
	p.run = s.wb.StartLab(running, l)
	news := &labNews{more: make(chan struct{}, 1)}
	var following sync.WaitGroup
	following.Go(func() { news.follow(running, p.run) })
	defer func() { p.run.Stop(); cancel(); following.Wait() }()
	err := p.loop(ctx, news)
	p.farewell()
	return p.record, p.began, err
}

// labNews are the updates of a run that were not looked at yet. The run goes on
// while the learner thinks about a question.
type labNews struct {
	more chan struct{} // there is something new

	mu      sync.Mutex
	updates []lab.Update
	ended   bool
}

func (n *labNews) follow(ctx context.Context, run workbook.LabRun) {
	for {
		u, ok := run.Next(ctx)
		n.mu.Lock()
		if n.ended = !ok; ok {
			n.updates = append(n.updates, u)
		}
		n.mu.Unlock()
		select {
		case n.more <- struct{}{}:
		default:
		}
		if !ok {
			return
		}
	}
}

func (n *labNews) take() (updates []lab.Update, ended bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	updates, n.updates = n.updates, nil
	return updates, n.ended
}

// labLines is a lab at work, in lines.
type labLines struct {
	*Session
	lab     *course.Lab
	run     workbook.LabRun
	record  *lab.Record
	began   time.Time
	pprof   string
	built   int                  // packages that were told to be compiled
	said    float64              // the second of the last line
	met     bool                 // it was told that the mission is met
	answers map[string]labAnswer // those that are still to be explained
}

// labAnswer is the answer to a prediction, explained once its outcome is known.
type labAnswer struct {
	order    []int
	feedback workbook.Feedback
}

func (p *labLines) loop(ctx context.Context, news *labNews) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-news.more:
			updates, ended := news.take()
			for _, u := range updates {
				p.hear(ctx, u)
			}
			if ended {
				return p.run.Err()
			}
		case line, ok := <-p.in.ask():
			if !ok {
				return io.EOF
			}
			p.in.took()
			if line == "quit" || line == "0" {
				return nil
			}
			if err := p.obey(ctx, line); err != nil {
				return err
			}
		}
	}
}

func (p *labLines) introduce() {
	p.say("Lab: %s. About %d minutes.", flat(p.lab.Title), p.lab.Minutes)
	p.text(wrap(flat(p.lab.Story), "", ""))
	p.text(wrap(flat(p.lab.Mission.Text), "Mission: ", ""))
	p.help()
}

func (p *labLines) help() {
	p.say("Type a setting with its value:")
	for _, s := range p.lab.Settings {
		values := "on or off"
		if s.Kind == course.Knob {
			values = strings.Trim(fmt.Sprint(s.Values), "[]")
		}
		p.text(wrap(fmt.Sprintf("%s %s (now %s). %s. %s", s.ID, values, lab.State(s, p.record.Value(s.ID)), flat(s.Title), flat(s.Says)), "- ", "  "))
	}
	p.say("Or: goroutines, code SETTING, mission, help, quit.")
	p.say("What a line tells:")
	for _, n := range p.told() {
		p.text(wrap(fmt.Sprintf("%s: %s", flat(n.Title), flat(n.Says)), "- ", "  "))
	}
}

// told is the numbers of the curves.
func (p *labLines) told() []*course.Number {
	var out []*course.Number
	for _, c := range p.lab.Curves {
		for _, id := range c.Numbers {
			if n := lab.Number(p.lab, id); !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// obey does what a line says. The error is that of the input.
func (p *labLines) obey(ctx context.Context, line string) error {
	words := strings.Fields(line)
	if len(words) == 2 && words[0] != "code" {
		v, err := lab.ParseSetting(p.lab, words[0], words[1])
		if err != nil {
			p.say("%v", err)
			return p.touch(ctx)
		}
		return p.set(ctx, v)
	}
	switch {
	case line == "goroutines":
		p.goroutines(ctx)
		return nil // it was told that somebody is there
	case line == "mission":
		p.mission()
	case line == "help":
		p.help()
	case len(words) == 2:
		p.code(words[1])
	default:
		p.say("%s Type help to see what there is.", refusal(line))
	}
	return p.touch(ctx)
}

// touch tells the lab that somebody is there, where nothing else does.
func (p *labLines) touch(ctx context.Context) error {
	if p.said < 0 {
		return nil
	}
	return p.tell(p.run.Touch(ctx))
}

// starting reports whether the lab does not measure yet, and says so.
func (p *labLines) starting() bool {
	if p.said < 0 {
		p.say("The lab is still starting. Try again when it tells its numbers.")
	}
	return p.said < 0
}

// set has a setting take a value, after the learner has said what that does
// where the lab asks for it.
func (p *labLines) set(ctx context.Context, v course.Value) error {
	if p.starting() {
		return nil
	}
	ask := p.record.Asks(v.Setting, v.Value)
	if ask == nil {
		return p.tell(p.run.Set(ctx, v.Setting, v.Value))
	}
	round := p.wb.Ask(p.shuffle, ask.Question)
	order := round.Order()
	p.say("\nFirst, a prediction. The lab goes on meanwhile.")
	p.question(ask.Question, order)
	picked, err := p.answer(ctx, ask.Question, order, "leaves the setting as it is.")
	switch {
	case errors.Is(err, errBack):
		return p.touch(ctx)
	case err != nil:
		return err
	}
	feedback, save := round.Answer(picked)
	p.save(ctx, save)
	p.record.Predict(ask, course.Shapes()[picked[0]])
	p.answers[ask.ID] = labAnswer{order, feedback}
	p.say("Noted. Watch %s.", flat(lab.Number(p.lab, ask.Number).Title))
	return p.tell(p.run.Set(ctx, v.Setting, v.Value))
}

// hear takes what the run says.
func (p *labLines) hear(ctx context.Context, u lab.Update) {
	p.record.Add(u)
	switch {
	case u.Building != nil:
		p.building(*u.Building)
	case u.Hello != nil:
		p.pprof = u.Hello.Pprof
	case u.Event != nil:
		p.say("%s: %s.", lab.Seconds(u.Event.At), strings.TrimSuffix(printable(lab.Says(p.lab, *u.Event)), "."))
	case u.Sample != nil:
		if p.said < 0 {
			p.save(ctx, func(ctx context.Context) error { return p.wb.SawLab(ctx, p.lab, false) })
		}
		if second := math.Floor(u.Sample.At); second != p.said {
			p.said = second
			p.say("%s", p.second())
		}
		p.outcomes()
		if m := p.record.Mission(); m.Met && !p.met {
			p.met = true
			p.save(ctx, func(ctx context.Context) error { return p.wb.SawLab(ctx, p.lab, true) })
			p.mission()
		}
	}
}

// building tells of each fifth of the packages.
func (p *labLines) building(b lab.Building) {
	if b.Total > 0 && (b.Done*5/b.Total > p.built*5/b.Total || p.built == 0) {
		p.say("Compiling the lab, the first time only: %d of %d packages.", b.Done, b.Total)
		p.built = b.Done
	}
}

// second is the line of a second: the numbers of the curves, and how long the
// mission is held.
func (p *labLines) second() string {
	var numbers []string
	for _, n := range p.told() {
		if v, ok := p.record.Now(n.ID); ok {
			numbers = append(numbers, flat(n.Title)+" "+text.Amount(n.Unit, v))
		}
	}
	if m := p.record.Mission(); m.Held > 0 && !m.Met {
		numbers = append(numbers, fmt.Sprintf("mission held for %d of %d s", int(m.Held), p.lab.Mission.Hold))
	}
	line := fmt.Sprintf("%s: %s.", lab.Seconds(p.record.At()), strings.Join(numbers, ", "))
	if why := p.record.Disturbed(); why != "" {
		line += " Disturbed: " + printable(why) + "."
	}
	return line
}

// outcomes tells what became of predictions, and explains their answers.
func (p *labLines) outcomes() {
	for _, o := range p.record.Outcomes() {
		a, ok := p.answers[o.Prediction.ID]
		if !ok || o.Seen == "" {
			continue
		}
		delete(p.answers, o.Prediction.ID)
		p.text("\n" + wrap(flat(o.Sentence(p.lab)), "", ""))
		p.reasons(o.Prediction.Question, a.order, a.feedback)
		p.say("")
	}
}

func (p *labLines) mission() {
	m := p.record.Mission()
	evidence := m.Evidence
	switch {
	case m.Met:
		p.say("\nMission met at %s: held for %d s.", lab.Seconds(m.MetAt), p.lab.Mission.Hold)
		evidence = m.Then
	case m.Waits != "":
		p.text(wrap(fmt.Sprintf("Mission: %s Not yet: %s.", flat(p.lab.Mission.Text), m.Waits), "", ""))
	default:
		p.text(wrap(fmt.Sprintf("Mission: %s Held for %d of %d s.", flat(p.lab.Mission.Text), int(m.Held), p.lab.Mission.Hold), "", ""))
	}
	for _, e := range evidence {
		holds := "holds"
		if !e.Holds {
			holds = "does not hold"
		}
		p.say("- %s: %s.", flat(e.Text), holds)
	}
	switch {
	case m.Way != nil:
		p.text(wrap("The price: "+flat(m.Way.Price), "", ""))
	case !m.Met && m.Anew != "":
		p.say("%s", flat(m.Anew))
	}
}

// code shows what a setting switches.
func (p *labLines) code(setting string) {
	switch s := p.lab.Setting(setting); {
	case s == nil:
		p.say("The lab has no setting %q. Type help to see what there is.", setting)
	case s.Code == "":
		p.say("%s switches no code of the service.", s.ID)
	default:
		p.say("%s, line %d:", s.File, s.Line)
		p.text(indent(s.Code, "    "))
		p.say("End of the code.")
	}
}

// Bounds of what is told of the goroutines.
const (
	goroutinesLimit = 5 * time.Second
	groupsTold      = 10
)

func (p *labLines) goroutines(ctx context.Context) {
	if p.starting() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, goroutinesLimit)
	defer cancel()
	all, err := p.run.Goroutines(ctx)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = errors.New("the lab is too busy to tell its goroutines: try again")
		}
		p.say("%v", err)
		return
	}
	p.say("%s, in %s:", workbook.Count(all.Total, "goroutine"), workbook.Count(len(all.Groups), "group"))
	for i, g := range all.Groups {
		if i == groupsTold {
			p.say("- and %s.", workbook.Count(len(all.Groups)-groupsTold, "more group"))
			break
		}
		p.say("- %d, %s%s.", g.Count, printable(g.State), place(g.Frames))
	}
	if p.pprof != "" {
		p.say("With the real tool: go tool pprof -http=: %sgoroutine", printable(p.pprof))
	}
}

// place is where a group is: at the first line of the lab's own code, or else at
// its innermost call.
func place(frames []wire.Frame) string {
	if len(frames) == 0 {
		return ""
	}
	f := frames[max(0, slices.IndexFunc(frames, func(f wire.Frame) bool { return f.Lab }))]
	return fmt.Sprintf(", in %s (%s, line %d)", printable(f.Func), printable(f.File), f.Line)
}

// farewell says at the end what became of the mission.
func (p *labLines) farewell() {
	if p.said >= 0 && !p.met {
		p.say("")
		p.mission()
	}
}
