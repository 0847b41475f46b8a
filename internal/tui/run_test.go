package tui

import (
	"context"
	"errors"
	"example.com/leakproof/internal/tui/page"
	"io"
	"strings"
	"sync/atomic"
	"testing"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
)

// defect is an error that cannot be told.
type defect struct{}

func (defect) Error() string { panic("a defect") }

// TestAPanicEndsTheRunFirst: a defect of the workbook must not leave a suite
// running. The panics are in what the screens call while one runs.
func TestAPanicEndsTheRunFirst(t *testing.T) {
	t.Parallel()
	for name, breakIt := range map[string]func(wb *workbook.Workbook, running <-chan struct{}){
		"in Update": func(wb *workbook.Workbook, running <-chan struct{}) {
			wb.Watch = func(context.Context, string) (<-chan watch.Event, error) {
				<-running
				saves := make(chan watch.Event, 1)
				saves <- watch.Event{Err: defect{}}
				return saves, nil
			}
		},
		"in a command": func(wb *workbook.Workbook, running <-chan struct{}) {
			wb.Watch = func(context.Context, string) (<-chan watch.Event, error) {
				<-running
				panic("a defect")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			running := make(chan struct{})
			var ended atomic.Bool
			d := &driver{T: t, saves: make(chan watch.Event)}
			wb := d.workbook(setup{grade: func(ctx context.Context, _ grade.Suite) (grade.Verdict, error) {
				close(running)
				<-ctx.Done()
				ended.Store(true)
				return grade.Verdict{}, ctx.Err()
			}})
			breakIt(wb, running)
			input, keys := io.Pipe()
			t.Cleanup(func() { _ = keys.Close() })
			err := Run(t.Context(), func() (*workbook.Workbook, error) { return wb, nil }, Options{
				Input: input, Output: io.Discard, Notice: func() string { return "" },
				Start: page.Route{Page: page.Kata, ID: "open-file"},
			})
			if !errors.Is(err, tea.ErrProgramPanic) || !strings.Contains(err.Error(), "start it again") {
				t.Errorf("Run: %v, want a panic that is explained", err)
			}
			if !ended.Load() {
				t.Error("the run had not ended when Run returned")
			}
		})
	}
}
