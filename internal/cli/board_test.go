package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// aBoard says what it was started with, and ends as its flags or a signal ask.
const aBoard = `package main

import (
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	ends := make(chan os.Signal, 1)
	signal.Notify(ends, os.Interrupt, syscall.SIGTERM)
	fmt.Println("board", strings.Join(os.Args[1:], " "), os.Getenv("LEAKPROOF_STATE"))
	if strings.Contains(strings.Join(os.Args, " "), "--room=bad") {
		fmt.Fprintln(os.Stderr, "leakproof board: no such room")
		os.Exit(3)
	}
	<-ends
	fmt.Println("the board has ended")
}
`

func TestTheBoardIsBuiltAndEnded(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("not run: Windows sends no signal to one process")
	}
	c := newConsole(t, strings.NewReader(""))
	c.LookPath = exec.LookPath
	if err := os.MkdirAll("internal/board", 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("internal/board/main.go", []byte(aBoard), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("temp", 0o755); err != nil {
		t.Fatal(err)
	}
	temp, err := filepath.Abs("temp")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", temp)

	if code := Run(t.Context(), c.Parts, []string{"board", "--room", "bad"}); code != 3 || c.err.String() != "Building the board; the first time takes about a minute.\nleakproof board: no such room\n" {
		t.Errorf("exit code %d: %s", code, &c.err)
	}

	read, write := io.Pipe()
	c.Stdout = write
	ctx, interrupt := context.WithCancel(t.Context())
	code := make(chan int)
	go func() {
		code <- Run(ctx, c.Parts, []string{"board", "--room", "Monday 10:00", "--new-secret", "--plain"})
		_ = write.Close()
	}()
	first := make([]byte, 1_000)
	n, err := read.Read(first)
	if err != nil {
		t.Fatal(err)
	}
	if want := "board --new-secret=true --room=Monday 10:00 " + c.Getenv("LEAKPROOF_STATE") + "\n"; string(first[:n]) != want {
		t.Errorf("%q, want %q", first[:n], want)
	}
	interrupt()
	rest, err := io.ReadAll(readAfter(read, code, t))
	if err != nil || string(rest) != "the board has ended\n" {
		t.Errorf("%q %v", rest, err)
	}
	if left, err := os.ReadDir(temp); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// readAfter reads what is printed until the command has ended well.
func readAfter(r io.Reader, code <-chan int, t *testing.T) io.Reader {
	var out bytes.Buffer
	done := make(chan error, 1)
	go func() {
		_, err := out.ReadFrom(r)
		done <- err
	}()
	if got := <-code; got != exitOK {
		t.Errorf("exit code %d", got)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	return &out
}

func TestNoBoardOutsideOfAClone(t *testing.T) {
	c := newConsole(t, strings.NewReader(""))
	if code := Run(t.Context(), c.Parts, []string{"board"}); code != exitUnfit || !strings.Contains(c.err.String(), "go run example.com/leakproof/internal/board@") {
		t.Errorf("in a workspace: exit code %d: %s", code, &c.err)
	}
	if err := os.Remove("go.mod"); err != nil {
		t.Fatal(err)
	}
	c.err.Reset()
	if code := Run(t.Context(), c.Parts, []string{"board"}); code != exitUnfit || !strings.Contains(c.err.String(), "go run example.com/leakproof/internal/board@") {
		t.Errorf("elsewhere: exit code %d: %s", code, &c.err)
	}
	if code := Run(t.Context(), c.Parts, []string{"board", "Monday"}); code != exitUsage {
		t.Errorf("an argument: exit code %d", code)
	}
}
