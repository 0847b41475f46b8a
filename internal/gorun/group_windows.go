package gorun

import (
	"context"
	"errors"
	"os/exec"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is the processes of one run: a job object, which a process cannot
// leave. Windows ends them all when the last handle of the job is closed, so
// also when this process ends, however it does.
type group struct{ job windows.Handle }

// newGroup makes a group. End it when no error is returned. The mark is not
// needed here.
func newGroup(context.Context, mark) (*group, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return nil, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{
		BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE},
	}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation,
		uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		return nil, errors.Join(err, windows.CloseHandle(job))
	}
	return &group{job}, nil
}

// start starts a command in the group. A Ctrl+C in the console does not reach
// it: the program decides when a run ends. No window opens where this process has
// no console. What the command itself starts before it is in the job would escape;
// it takes far longer to load.
func (g *group) start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	var assigned error
	err := cmd.Process.WithHandle(func(handle uintptr) {
		assigned = windows.AssignProcessToJobObject(g.job, windows.Handle(handle))
	})
	if err = errors.Join(err, assigned); err != nil {
		err = errors.Join(err, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed, or had ended
	}
	return err
}

// kill ends every process of the run.
func (g *group) kill() error { return windows.TerminateJobObject(g.job, 1) }

// accounting is JOBOBJECT_BASIC_ACCOUNTING_INFORMATION.
type accounting struct {
	_               [4]int64 // times
	_, _            uint32   // page faults, processes ever
	activeProcesses uint32
	_               uint32 // terminated processes
}

// end ends what is left of the run and waits, a second at most, until it is
// gone: the file of a running program cannot be removed.
func (g *group) end() {
	for range 200 {
		if g.kill() != nil {
			break
		}
		var now accounting
		err := windows.QueryInformationJobObject(g.job, windows.JobObjectBasicAccountingInformation,
			uintptr(unsafe.Pointer(&now)), uint32(unsafe.Sizeof(now)), nil)
		if err != nil || now.activeProcesses == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	_ = windows.CloseHandle(g.job) // a handle of ours; closing it ends what is left
}
