//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/tools/rig"
	"example.com/leakproof/internal/workbook"
	"example.com/leakproof/internal/workspace"
)

// soak is one long run of the workbook.
type soak struct {
	rand              *rand.Rand
	mark, temp, state string
	screen            *rig.Screen
	space             workspace.Workspace

	versions map[string]*saved // by hash
	present  *saved
	waited   bool // for the time limit of an endless version, once

	violations []string
	saves      int
	bursts     int
	verdicts   int             // that the workbook recorded
	shown      []time.Duration // from the last save of a burst to its verdict
	cancelled  []time.Duration // from a save over an endless run to that run's end
	memory     []int64         // bytes, at the end of each burst
	threads    []int
}

func (s *soak) violated(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	fmt.Println("VIOLATION:", text)
	s.violations = append(s.violations, text)
}

// open goes from the home screen to a kata and waits for its first verdict.
func (s *soak) open(ctx context.Context, k *course.Kata) error {
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	s.remember(k.Start(), versionsOf(k)[0])
	if err := rig.OpenKata(ctx, s.screen, k); err != nil {
		return err
	}
	if _, err := s.screen.Wait(ctx, rig.Shows("› Kata")); err != nil {
		return err
	}
	if err := s.screen.Press("2"); err != nil { // the results
		return err
	}
	_, err := s.screen.Wait(ctx, rested)
	return err
}

// rested reports whether a verdict stands on the screen and no run goes on.
func rested(text string) bool {
	return slices.Contains(
		[]explain.Status{explain.Pass, explain.Fail, explain.CompileError, explain.Timeout, explain.Untrusted, explain.Unavailable},
		explain.Status(rig.Status(text))) && !strings.Contains(text, "Running the suite")
}

func (s *soak) remember(source []byte, v *version) {
	if s.present != nil {
		s.present.superseded = time.Now()
	}
	s.present = &saved{version: v, number: s.saves, hash: course.Hash(source)}
	s.versions[s.present.hash] = s.present
}

// burst saves several versions without waiting for their verdicts, then waits
// for the last one's.
func (s *soak) burst(ctx context.Context, k *course.Kata, n int) error {
	all := versionsOf(k)
	for i := range n {
		before, running := s.present, s.running()
		if err := s.save(k, s.pick(all)); err != nil {
			return err
		}
		at := time.Now()
		if before.endless && len(running) > 0 {
			if err := s.ends(ctx, at, before, running); err != nil {
				return err
			}
		}
		if i == n-1 {
			return s.settle(ctx, at)
		}
		chance := s.rand.Float64() // most pauses are short
		if err := sleep(ctx, time.Duration(chance*chance*float64(3*time.Second))); err != nil {
			return err
		}
	}
	return nil
}

// ends waits for the end of the processes of a run that was saved over.
func (s *soak) ends(ctx context.Context, at time.Time, over *saved, running []int) error {
	for time.Since(at) < endLimit {
		if !slices.ContainsFunc(running, rig.Alive) {
			s.cancelled = append(s.cancelled, time.Since(at))
			return nil
		}
		if err := sleep(ctx, 2*time.Millisecond); err != nil {
			return err
		}
	}
	s.violated("the run of %s goes on %v after it was saved over", over, endLimit)
	return nil
}

// settle waits until it is quiet and looks whether the screen shows the
// verdict of the last save.
func (s *soak) settle(ctx context.Context, since time.Time) error {
	s.bursts++
	ctx, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	if s.present.endless && s.waited {
		// Its verdict is a minute away: that it runs must do, and is what
		// the next save has to end.
		_, err := s.screen.Wait(ctx, rig.Shows("Running the suite"))
		return s.unless(ctx, err, "the run of %s does not show", s.present)
	}
	s.waited = s.waited || s.present.endless
	var recorded progress.Event
	for { // the record of a verdict comes right before it is on the screen
		events, err := s.events()
		if err != nil {
			return err
		}
		if n := len(events); n > 0 && events[n-1].Hash == s.present.hash {
			recorded = events[n-1]
			break
		}
		if err := sleep(ctx, 5*time.Millisecond); err != nil {
			return s.unless(ctx, err, "no verdict of %s was recorded; the screen shows\n%s", s.present, s.screen.Text())
		}
	}
	at, err := s.screen.Wait(ctx, func(text string) bool { return rested(text) && agrees(text, s.present.status, recorded.Failed) })
	if err != nil {
		return s.unless(ctx, err, "the screen does not show the verdict of %s", s.present)
	}
	s.shown = append(s.shown, at.Sub(since))
	// What comes late would come now.
	if err := sleep(ctx, 300*time.Millisecond); err != nil {
		return err
	}
	if text := s.screen.Text(); !rested(text) || !agrees(text, s.present.status, recorded.Failed) {
		s.violated("the verdict of %s does not stay on the screen, which now shows\n%s", s.present, text)
	}
	if left := s.left(); len(left) > 0 {
		s.violated("it is quiet after %s, but processes %v still run", s.present, left)
	}
	use, err := rig.UsageOf(s.screen.Pid)
	if err != nil {
		return err
	}
	s.memory, s.threads = append(s.memory, use.RSS), append(s.threads, use.Threads)
	return nil
}

// unless makes a violation of having waited in vain, and passes on everything
// else.
func (s *soak) unless(ctx context.Context, err error, format string, args ...any) error {
	if err == nil || !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return err
	}
	s.violated(format+": %v", append(args, err)...)
	return nil
}

// agrees reports whether the screen shows this status and these failed tests.
func agrees(text string, status explain.Status, failed []string) bool {
	return rig.Status(text) == string(status) &&
		!slices.ContainsFunc(failed, func(test string) bool { return !strings.Contains(text, "FAIL "+test) })
}

// running are the processes that the workbook has started.
func (s *soak) running() []int {
	return slices.DeleteFunc(rig.Marked(s.mark), func(pid int) bool { return pid == s.screen.Pid })
}

// left are those of them that do not end by themselves within a moment.
func (s *soak) left() (pids []int) {
	for range 20 {
		if pids = s.running(); len(pids) == 0 {
			return nil
		}
		time.Sleep(endLimit / 20)
	}
	return pids
}

// events are the verdicts that the workbook has recorded.
func (s *soak) events() ([]progress.Event, error) {
	return verdicts(filepath.Join(s.state, "progress.jsonl"))
}

// leave ends the workbook from its home screen.
func (s *soak) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, endLimit)
	defer cancel()
	if _, err := s.screen.Wait(ctx, rig.Shows("Next:", workbook.AllDone)); err != nil {
		return err
	}
	if left := s.left(); len(left) > 0 {
		s.violated("every kata is closed, but processes %v still run", left)
	}
	return s.screen.Press("\x03")
}

// after looks at what is left once the workbook has ended, and at everything
// it recorded.
func (s *soak) after() error {
	if left := s.left(); len(left) > 0 {
		s.violated("the workbook has ended, but processes %v still run", left)
	}
	left, err := os.ReadDir(s.temp)
	if err != nil {
		return err
	}
	for _, entry := range left {
		s.violated("%s was left in the folder for temporary files", entry.Name())
	}
	events, err := s.events()
	if err != nil {
		return err
	}
	s.verdicts = len(events)
	for _, e := range events {
		s.judge(e)
	}
	s.growth()
	return nil
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
