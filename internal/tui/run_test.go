package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/watch"
	"example.com/leakproof/internal/workbook"
)

// TestAPanicEndsTheRunFirst: a defect of the workbook must not leave a suite
// running. The panics are in what the screens call while one runs.
func TestAPanicEndsTheRunFirst(t *testing.T) {
	for name, breakIt := range map[string]func(wb *workbook.Workbook, running <-chan struct{}){
		"in Update": func(wb *workbook.Workbook, running <-chan struct{}) {
			wb.Now = func() time.Time {
				select {
				case <-running: // asked how long it has been
					panic("a defect")
				default:
					return time.Now()
				}
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
				Start: Start{Kind: workbook.RepairStep, ID: "open-file"},
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
