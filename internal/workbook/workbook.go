// Package workbook is what the screens and the line interface share: it joins
// the course, the learner's clone, the grader and the progress log into the
// actions a learner can take. It decides; they show.
package workbook

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/editor"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gorun"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workspace"
)

// Workbook is one learner's course.
type Workbook struct {
	Course *course.Course
	Log    *progress.Log
	Forget bool                // Log is forgotten at the end of the run
	Space  workspace.Workspace // Root is "" outside a clone: reading and the quiz work, katas do not
	Room   *member.Sender      // sends what is recorded to the room that the learner is in; nil where nothing is saved

	// What acts on the machine, injected.
	Grade    func(context.Context, grade.Suite) (grade.Verdict, error)
	GradeAll func(ctx context.Context, suites []grade.Suite, tell func(i int, v grade.Verdict)) error
	Lab      func(context.Context, *course.Lab) LabRun
	Run      func(ctx context.Context, folder string) (gorun.Program, error)
	Compile  func(ctx context.Context, folder string, progress func(done, total int)) error
	Watch    func(ctx context.Context, dir string) (<-chan watch.Event, error)
	Getenv   func(string) string
	LookPath func(string) (string, error)
	Now      func() time.Time
	Problem  func(context.Context) string // what keeps katas from being checked here, in a sentence; "" if nothing, or if nobody looked
}

// Suite is the kata as the grader wants it.
func Suite(k *course.Kata) grade.Suite {
	s := grade.Suite{Kata: k.ID, Dir: k.Dir(), File: k.File, Several: k.Several(), Files: k.Suite, Modules: k.Modules}
	for _, one := range k.Implementations {
		files := map[string][]byte{}
		for name, content := range one.Files {
			files[path.Join(k.Dir(), name)] = content
		}
		s.Implementations = append(s.Implementations, grade.Implementation{ID: one.ID, Right: one.Right(), What: one.What, Files: files})
	}
	return s
}

// InClone fails, with the next action, where there are no katas to repair.
func (w *Workbook) InClone() error {
	if w.Space.Root == "" {
		return workspace.ErrNotFound
	}
	return nil
}

// KataAt is the kata whose folder a folder is, or lies in; nil where there is
// none.
func (w *Workbook) KataAt(dir string) *course.Kata {
	dir, err := filepath.Abs(dir)
	if err != nil || w.InClone() != nil {
		return nil
	}
	for _, k := range w.Course.Katas {
		if below, err := filepath.Rel(w.Space.Dir(k), dir); err == nil && filepath.IsLocal(below) {
			return k
		}
	}
	return nil
}

// Check grades the learner's file, keeps it among the attempts and records the
// verdict. Where the file is a test, tell is called for each implementation that
// it was run against, as it is known, from one goroutine. The error is the context's, or says that the verdict stands but that
// it, or the file, could not be kept.
func (w *Workbook) Check(ctx context.Context, k *course.Kata, tell func(explain.Test)) (grade.Verdict, error) {
	if err := w.InClone(); err != nil {
		return grade.Verdict{Kata: k.ID, Status: explain.Unavailable, Summary: err.Error()}, nil
	}
	a, suite := w.attempt(k), Suite(k)
	suite.Tell = tell
	v, err := w.Grade(ctx, suite)
	if err != nil {
		return v, err
	}
	return v, w.judged(ctx, a, v)
}

// CheckAll is Check for many katas, which is quicker than one after the other.
// each, if not nil, is what Check calls tell. tell is called once for each as its verdict is known, in any order and before
// the verdict is recorded, which may wait for another instance; unkept with the
// error of keeping a verdict or a file, if there is one. Neither is called from
// two goroutines at a time. The error is that of tell, which ends the check, or of
// [grade.Grader.GradeAll], or says that there are no katas.
func (w *Workbook) CheckAll(ctx context.Context, katas []*course.Kata, each func(explain.Test), tell func(i int, v grade.Verdict) error, unkept func(error)) error {
	if err := w.InClone(); err != nil {
		return err
	}
	attempts, suites := make([]attempt, len(katas)), make([]grade.Suite, len(katas))
	for i, k := range katas {
		attempts[i], suites[i] = w.attempt(k), Suite(k)
		suites[i].Tell = each
	}
	grading, cancel := context.WithCancel(ctx)
	defer cancel()
	var untold error
	err := w.GradeAll(grading, suites, func(i int, v grade.Verdict) {
		if untold == nil {
			untold = tell(i, v)
		}
		if err := w.judged(ctx, attempts[i], v); err != nil {
			unkept(err)
		}
		if untold != nil {
			cancel() // nobody reads the rest
		}
	})
	if untold != nil {
		return untold
	}
	return err
}

// attempt is what a verdict will be about.
type attempt struct {
	kata   *course.Kata
	hash   string // of the file; "" if it cannot be read
	empty  bool   // an editor is in the middle of a save, more often than not
	unkept error
}

// attempt reads and keeps the learner's file before a run: a save during it
// must not be taken for what ran.
func (w *Workbook) attempt(k *course.Kata) attempt {
	a := attempt{kata: k}
	if src, err := w.Space.Read(k); err == nil {
		if a.empty = len(bytes.TrimSpace(src)) == 0; a.empty {
			return a
		}
		a.hash = course.Hash(src)
		a.unkept = w.Space.Keep(k, src, w.Now())
	}
	return a
}

// judged records the verdict on an attempt. An empty file is none.
func (w *Workbook) judged(ctx context.Context, a attempt, v grade.Verdict) error {
	if v.Status == explain.Unavailable || a.empty {
		return a.unkept
	}
	var failed, alike []string
	followers := explain.Followers(v.Tests, v.Findings)
	for _, t := range v.Tests {
		if t.Status != explain.Fail {
			continue
		}
		if failed = append(failed, t.Name); followers[t.Name] != "" || a.kata.Behind(t.Name, t.Message) == nil {
			alike = append(alike, t.Name)
		}
	}
	e := progress.Event{Kind: progress.KindVerdict, Kata: a.kata.ID, Status: string(v.Status), Hash: a.hash, Failed: failed, Alike: alike}
	if v.Origin != grade.Self {
		e.Origin = v.Origin
	}
	return errors.Join(w.record(ctx, e), a.unkept)
}

// Warm compiles what the kata's suite needs, ahead of its first run. See
// [gorun.Runner.Warm].
func (w *Workbook) Warm(ctx context.Context, k *course.Kata, progress func(done, total int)) error {
	if err := w.InClone(); err != nil {
		return err
	}
	if err := w.Space.OnlyFiles(k); err != nil {
		return err
	}
	return w.Compile(ctx, k.Dir(), progress)
}

// Saves reports each save in the kata's folder until ctx ends.
func (w *Workbook) Saves(ctx context.Context, k *course.Kata) (<-chan watch.Event, error) {
	if err := w.InClone(); err != nil {
		return nil, err
	}
	return w.Watch(ctx, w.Space.Dir(k))
}

// Edit returns the command that opens a file of the kata's folder at a line, from
// 1.
func (w *Workbook) Edit(k *course.Kata, name string, line int) (*exec.Cmd, editor.Info, error) {
	if err := w.InClone(); err != nil {
		return nil, editor.Info{}, err
	}
	return editor.Command(filepath.Join(w.Space.Dir(k), name), line, w.Getenv, w.LookPath)
}

// Short is a path as a sentence names it: with ~ for the learner's home folder.
func (w *Workbook) Short(path string) string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		home := w.Getenv(name)
		if rest, ok := strings.CutPrefix(path, home); ok && len(home) > 1 && rest != "" && os.IsPathSeparator(rest[0]) {
			return "~" + rest
		}
	}
	return path
}

// Hint returns the kata's hint of a tier, from 1, and records that it was
// seen.
func (w *Workbook) Hint(ctx context.Context, k *course.Kata, tier int) (course.Hint, error) {
	if tier < 1 || tier > len(k.Hints) {
		return course.Hint{}, fmt.Errorf("kata %d has hints 1 to %d", k.Number, len(k.Hints))
	}
	var err error
	if w.Log.State().HintTier(k.ID) < tier {
		err = w.record(ctx, progress.Event{Kind: progress.KindHint, Kata: k.ID, Tier: tier})
	}
	return k.Hints[tier-1], err
}

// PartialDiff is where the reference first differs from the kata's start: what
// the last hint shows besides its words. It is "" where the reference differs in
// one place only: that would be a solution, and solutions ask first.
func (w *Workbook) PartialDiff(k *course.Kata) string {
	return workspace.FirstHunk(k, "start", "reference", k.Start(), k.Source(k.Variant("solution").Files))
}

// Reset puts the kata back to its start and says where the backups are.
func (w *Workbook) Reset(ctx context.Context, k *course.Kata) (backups []string, err error) {
	if err := w.InClone(); err != nil {
		return nil, err
	}
	if name := grade.OtherVersion(w.Space.Root, Suite(k)); name != "" {
		return nil, errors.New(explain.OtherVersion(name, k.ID))
	}
	backups, err = w.Space.Reset(k, w.Now())
	if err != nil || len(backups) == 0 {
		return backups, err
	}
	err = w.record(ctx, progress.Event{Kind: progress.KindReset, Kata: k.ID, Backup: backups[0]})
	return backups, errors.Join(err, w.Space.Tidy(k))
}

// Diff is a unified diff from the learner's file to an accepted variant, ""
// when they say the same.
func (w *Workbook) Diff(k *course.Kata, v *course.Variant) (string, error) {
	if err := w.InClone(); err != nil {
		return "", err
	}
	src, err := w.Space.Read(k)
	if err != nil {
		return "", err
	}
	return workspace.Diff(k, "yours", v.ID, src, k.Source(v.Files)), nil
}

// RunProgram runs the program of a lesson or of a question, given by its
// main.go, and returns what it printed.
func (w *Workbook) RunProgram(ctx context.Context, file string) (gorun.Program, error) {
	if err := w.InClone(); err != nil {
		return gorun.Program{Problem: err.Error()}, nil
	}
	return w.Run(ctx, path.Dir(file))
}

// Tick records that a task is done, or that it is to be done again.
func (w *Workbook) Tick(ctx context.Context, task string, done bool) error {
	return w.record(ctx, progress.Event{Kind: progress.KindTick, Task: task, Done: done})
}

// MarkRead records that the learner has seen a section. Seeing it again
// records nothing.
func (w *Workbook) MarkRead(ctx context.Context, l *course.Lesson, s *course.Section) error {
	if w.Log.State().SectionRead(l.ID, s.ID) {
		return nil
	}
	return w.record(ctx, progress.Event{Kind: progress.KindRead, Lesson: l.ID, Section: s.ID})
}

// clockSkew is how far two clocks that are right may differ.
const clockSkew = time.Minute

// NoteClock records the time when the clock shows an earlier one than at the last event. It was wrong then, or is now, and the
// note is what review can tell from how late that event was at most.
func (w *Workbook) NoteClock(ctx context.Context) error {
	if !w.Log.State().Last().After(w.Now().Add(clockSkew)) {
		return nil
	}
	return w.record(ctx, progress.Event{Kind: progress.KindClock})
}

// recording is [Workbook.record] for later.
func (w *Workbook) recording(e progress.Event) func(context.Context) error {
	return func(ctx context.Context) error { return w.record(ctx, e) }
}

func (w *Workbook) record(ctx context.Context, e progress.Event) error {
	e.At = w.Now()
	err := w.Log.Append(ctx, e)
	w.Room.Nudge()
	return err
}

// PlaceOf is the file of the learner's to open first, by its name in the kata's
// folder, and the line: those that a verdict points at, else the first.
func PlaceOf(k *course.Kata, v *grade.Verdict) (name string, line int) {
	if v == nil {
		return k.File, 1
	}
	texts := []string{v.Summary, v.Detail}
	for _, t := range v.Tests {
		if t.Status == explain.Fail {
			texts = append(texts, t.Message, t.Output)
		}
	}
	for _, text := range texts {
		for _, m := range place.FindAllStringSubmatch(text, -1) {
			if n, err := strconv.Atoi(m[2]); err == nil && k.Repairs(m[1]) {
				return m[1], n
			}
		}
	}
	return k.File, 1
}

var place = regexp.MustCompile(`(?:^|[^\w.-])([\w.-]+\.go):(\d+)`)
