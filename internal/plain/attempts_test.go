package plain

import (
	"os"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/workbook"
)

// check saves a version of the kata's file and checks it.
func (d *desk) check(t *testing.T, src string) {
	t.Helper()
	if err := os.WriteFile(d.file, []byte(src), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := d.wb.Check(t.Context(), d.kata, nil); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) requireFile(t *testing.T, want string) {
	t.Helper()
	if got, err := os.ReadFile(d.file); err != nil || string(got) != want {
		t.Errorf("the file holds %q, want %q: %v", got, want, err)
	}
}

func TestAnAttemptIsComparedAndPutBack(t *testing.T) {
	d := newDesk(t, typing("2", "1"))
	d.check(t, "package worker\n\n// first\n")
	d.check(t, "package worker\n\n// second\n")
	if err := d.attempts(t.Context(), d.kata); err != nil {
		t.Fatal(err)
	}
	text := d.out.String()
	wantPlain(t, text)
	contains(t, text, "Attempts at kata 2, The worker: 2 versions.", "Type a number from 0 to 2", "-// first\n+// second\n", "Backup of what was there: ")
	d.requireFile(t, "package worker\n\n// first\n")

	if err := d.Undo(t.Context(), d.kata); err != nil {
		t.Fatal(err)
	}
	d.requireFile(t, "package worker\n\n// second\n")
}

func TestAnAttemptIsOnlyPutBackOnAYes(t *testing.T) {
	d := newDesk(t, typing("2", "0"))
	d.check(t, "package worker\n\n// first\n")
	d.check(t, "package worker\n\n// second\n")
	if err := d.attempts(t.Context(), d.kata); err != nil {
		t.Fatal(err)
	}
	d.requireFile(t, "package worker\n\n// second\n")
}

func TestWatchingOffersAttemptsAndUndo(t *testing.T) {
	d := newDesk(t, typing("8", "7", "0"))
	if err := d.Session.kata(t.Context(), d.kata); err != nil {
		t.Fatal(err)
	}
	contains(t, d.out.String(), "Attempts at kata 2, The worker: 0 versions.", "there is no backup of kata 2")
}

func TestAnAttemptInWords(t *testing.T) {
	a := workbook.Attempt{At: time.Date(2026, 5, 4, 3, 2, 1, 0, time.Local), Status: "fail", Hash: "0123456789abcdef", Failed: []string{"TestA", "TestB"}}
	d := newDesk(t, typing())
	if got, want := d.describeAttempt(a), "4 May 03:02:01, fail, 2 failed tests, 0123456789ab"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	a.At = a.At.AddDate(-2, 0, 0)
	if got, want := d.describeAttempt(a), "4 May 2024 03:02:01, fail, 2 failed tests, 0123456789ab"; got != want {
		t.Errorf("of long ago: got %q, want %q", got, want)
	}
}

// TestALearnersFileSteersNoTerminal: a repair can come from anybody. A pipe gets it byte for byte.
func TestALearnersFileSteersNoTerminal(t *testing.T) {
	const clears, shown = "\x1b[2J\x1b]0;title\a", `\x1b[2J\x1b]0;title\a`
	for terminal, want := range map[bool]string{true: shown, false: clears} {
		d := newDesk(t, typing())
		d.Terminal = terminal
		d.check(t, "package worker\n\n// "+clears+"\n")
		if err := os.WriteFile(d.file, []byte("package worker\n\n// now "+clears+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		list, err := d.wb.Attempts(d.kata)
		if err != nil || len(list) != 1 {
			t.Fatalf("%v, %v", list, err)
		}
		for name, write := range map[string]func() error{
			"--show": func() error { return d.Attempt(d.kata, list[0]) },
			"--diff": func() error { return d.AttemptDiff(d.kata, list[0]) },
			"diff": func() error {
				_, err := d.Compare(t.Context(), d.kata, d.kata.Variant("solution"), true)
				return err
			},
		} {
			before := len(d.out.String())
			if err := write(); err != nil {
				t.Fatal(err)
			}
			if out := d.out.String()[before:]; !strings.Contains(out, want) || terminal && strings.ContainsRune(out, 0x1b) {
				t.Errorf("%s, terminal %t: %q does not hold %q", name, terminal, out, want)
			}
		}
	}
}
