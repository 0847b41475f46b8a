// Package lab runs live labs: programs beside lessons, in processes of their
// own, whose samples it collects. Nothing of a run is left when it has ended,
// however the workbook ends.
package lab

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/adrg/xdg"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/gorun"
	wire "example.com/leakproof/lessons/lab"
)

// unread is how many updates wait for [Run.Next]. When there are more, the lab
// waits too.
const unread = 64

// limits are how long a lab may take.
type limits struct {
	quiet time.Duration // between two things that it says
	end   time.Duration // to end when it is told to
}

var usualLimits = limits{quiet: 10 * time.Second, end: 2 * time.Second}

// Update is something that a run says. One field is set.
type Update struct {
	Building *Building
	Hello    *wire.Hello
	Sample   *wire.Sample
	Event    *wire.Event
}

// Building is how far compiling the lab's program is. It is told of the first
// build.
type Building struct{ Done, Total int } // packages

// Run is one run of a lab. Its methods may be called concurrently.
type Run struct {
	lab     *course.Lab
	limits  limits
	updates chan Update // closed when nothing of the run is left
	err     error       // once updates are closed
	done    chan struct{}

	told      chan struct{} // closed by Stop
	tell      sync.Once
	stopBuild context.CancelFunc

	hello    chan struct{}  // closed when the lab has said what there is
	settings []wire.Setting // all there are, then

	writing sync.Mutex // held for one command
	to      *os.File   // the lab's standard input; then
	asking  sync.Mutex
	asked   []chan *wire.Goroutines // who waits for the goroutines, in the order of their commands
}

// DefaultDir is where built labs are kept: leakproof/labs in the user's cache
// folder.
func DefaultDir() string { return filepath.Join(xdg.CacheHome, "leakproof", "labs") }

// Start builds a lab and starts it. The run ends with ctx, by itself, or by Stop,
// which is to be called in any case. dir keeps the built program, so that the next
// start is quicker. Labs at the same time would disturb each other's numbers, so
// that a second one is refused in the same dir.
func Start(ctx context.Context, r *gorun.Runner, l *course.Lab, dir string) *Run {
	return start(ctx, l, dir, usualLimits, func(ctx context.Context, progress func(done, total int)) (program, error) {
		file := filepath.Join(dir, l.ID+".exe") // Windows wants the ending, others do not mind it
		m, err := r.Build(ctx, l.Dir(), file, progress)
		return program{machine: m, file: file}, err
	})
}

// program is a lab's program, built.
type program struct {
	machine *gorun.Machine
	file    string
	env     []string // besides the machine's
}

type builder func(ctx context.Context, progress func(done, total int)) (program, error)

// start is [Start] for a program from anywhere.
func start(ctx context.Context, l *course.Lab, dir string, limits limits, build builder) *Run {
	r := &Run{
		lab: l, limits: limits, updates: make(chan Update, unread),
		done: make(chan struct{}), told: make(chan struct{}), hello: make(chan struct{}),
	}
	building, stop := context.WithCancel(ctx)
	r.stopBuild = stop
	go func() {
		defer close(r.updates) // then Err knows
		defer close(r.done)
		defer stop()
		r.err = r.run(ctx, building, dir, build)
	}()
	return r
}

// run is nil if the run was told to end.
func (r *Run) run(ctx, building context.Context, dir string, build builder) (err error) {
	unlock, err := lock(dir, r.lab.ID)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	p, err := build(building, func(done, total int) { r.say(building, Update{Building: &Building{done, total}}) })
	switch {
	case building.Err() != nil:
		return nil
	case err != nil:
		return err
	}
	return r.play(ctx, p)
}

// say leaves an update for Next, unless the run has to end.
func (r *Run) say(ctx context.Context, u Update) {
	select {
	case r.updates <- u:
	case <-r.told:
	case <-ctx.Done():
	}
}

// Next waits for the next update. ok is false when ctx ends, or when the run has
// ended and nothing of it is left; Err then says why.
func (r *Run) Next(ctx context.Context) (u Update, ok bool) {
	select {
	case u, ok = <-r.updates:
		return u, ok
	case <-ctx.Done():
		return Update{}, false
	}
}

// Err is why the run ended, with what to do next. It is nil if it was told to, and
// before it has ended.
func (r *Run) Err() error {
	select {
	case <-r.done:
		return r.err
	default:
		return nil
	}
}

// Stop ends the run and returns when nothing of it is left.
func (r *Run) Stop() {
	r.tell.Do(func() { close(r.told) })
	r.stopBuild()
	<-r.done
}

// Set has a setting take a value, at once. Before the lab is there, it waits.
func (r *Run) Set(ctx context.Context, setting string, value int) error {
	if err := r.begun(ctx); err != nil {
		return err
	}
	if !slices.ContainsFunc(r.settings, func(s wire.Setting) bool { return s.Name == setting }) {
		return fmt.Errorf("the lab's program has no setting %q; if you changed it, %s", setting, r.restore())
	}
	return r.send(wire.Command{Set: &wire.Setting{Name: setting, Value: value}}, nil)
}

// Goroutines asks for all goroutines of the service.
func (r *Run) Goroutines(ctx context.Context) (*wire.Goroutines, error) {
	if err := r.begun(ctx); err != nil {
		return nil, err
	}
	answer := make(chan *wire.Goroutines, 1) // who has gone away is answered too
	if err := r.send(wire.Command{Goroutines: true}, answer); err != nil {
		return nil, err
	}
	select {
	case g := <-answer:
		return g, nil
	case <-r.done:
		return nil, r.over()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Touch tells the lab that somebody is there: without a command for ten minutes
// it ends.
func (r *Run) Touch(ctx context.Context) error {
	if err := r.begun(ctx); err != nil {
		return err
	}
	return r.send(wire.Command{}, nil)
}

// begun waits until the lab takes commands.
func (r *Run) begun(ctx context.Context) error {
	select {
	case <-r.hello:
		return nil
	case <-r.done:
		return r.over()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// over is what is said to who wants something of a run that has ended.
func (r *Run) over() error {
	if err := r.Err(); err != nil {
		return err
	}
	return errors.New("the lab has ended: start it again")
}

// restore says how to get the lab's folder back.
func (r *Run) restore() string { return fmt.Sprintf("`git checkout %s` brings it back", r.lab.Dir()) }
