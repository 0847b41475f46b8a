//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const crashTime = 2 * time.Minute // for PostgreSQL to answer again

// crash ends PostgreSQL by SIGKILL and starts it again, as who it ran as and
// with what it was started with. It returns when the server answers.
func (d *database) crash(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, crashTime)
	defer cancel()
	pid, err := d.postmaster(ctx)
	if err != nil {
		return err
	}
	again, err := likeProcess(ctx, pid)
	if err != nil {
		return err
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		return fmt.Errorf("PostgreSQL (process %d) cannot be killed: %w", pid, err)
	}
	for ctx.Err() == nil {
		cmd, err := again()
		if err != nil {
			return err
		}
		for !strings.HasPrefix(processField(cmd.Process.Pid, "State"), "Z") {
			if d.server.PingContext(ctx) == nil {
				return cmd.Process.Release() // it goes on without this program
			}
			select {
			case <-ctx.Done():
				return errors.Join(fmt.Errorf("PostgreSQL does not answer after it was started again: %w", ctx.Err()), cmd.Process.Kill(), cmd.Wait())
			case <-time.After(20 * time.Millisecond):
			}
		}
		_ = cmd.Wait() // what is left of the old server may still be ending: the next one is allowed in
	}
	return fmt.Errorf("PostgreSQL does not start again: look at its log (%w)", ctx.Err())
}

// postmaster is the server's first process: the parent of the one that serves
// a connection.
func (d *database) postmaster(ctx context.Context) (int, error) {
	var backend int
	if err := d.server.QueryRowContext(ctx, `SELECT pg_backend_pid()`).Scan(&backend); err != nil {
		return 0, err
	}
	pid, err := strconv.Atoi(processField(backend, "PPid"))
	if err != nil || processField(pid, "Name") != "postgres" {
		return 0, errors.New("-kill database needs a PostgreSQL that runs on this machine: its process is not found here")
	}
	return pid, nil
}

// likeProcess starts a process such as this one, which may have ended meanwhile.
func likeProcess(ctx context.Context, pid int) (func() (*exec.Cmd, error), error) {
	at := func(name string) string { return fmt.Sprintf("/proc/%d/%s", pid, name) }
	program, err := os.Readlink(at("exe"))
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL cannot be looked at: run this as root or as its user (%w)", err)
	}
	folder, err := os.Readlink(at("cwd"))
	if err != nil {
		return nil, err
	}
	args, err := zeroEnded(at("cmdline"))
	if err != nil {
		return nil, err
	}
	env, err := zeroEnded(at("environ"))
	if err != nil {
		return nil, err
	}
	attributes := &syscall.SysProcAttr{Setsid: true} // a Ctrl-C is not for it
	var who syscall.Stat_t
	if err := syscall.Stat(at("."), &who); err != nil {
		return nil, err
	}
	if int(who.Uid) != os.Getuid() {
		attributes.Credential = &syscall.Credential{Uid: who.Uid, Gid: who.Gid}
	}
	log, err := os.Readlink(at("fd/2"))
	if err != nil {
		return nil, err
	}
	return func() (*exec.Cmd, error) {
		cmd := exec.CommandContext(context.WithoutCancel(ctx), program)
		cmd.Args, cmd.Env, cmd.Dir, cmd.SysProcAttr = slices.Clone(args), slices.Clone(env), folder, attributes
		// A pipe has no name to open; then what it says is not read.
		if f, err := os.OpenFile(log, os.O_WRONLY|os.O_APPEND, 0); err == nil {
			defer func() { _ = f.Close() }() // the process has its own
			cmd.Stdout, cmd.Stderr = f, f
		}
		return cmd, cmd.Start()
	}, nil
}

// zeroEnded are the strings of a file, each ended by a zero byte.
func zeroEnded(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []string
	for one := range bytes.SplitSeq(bytes.TrimRight(text, "\x00"), []byte{0}) {
		all = append(all, string(one))
	}
	return all, nil
}
