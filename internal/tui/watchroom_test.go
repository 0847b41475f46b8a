package tui

import (
	"context"
	"errors"
	"fmt"
	"image/color"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	xansi "github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"
	"github.com/charmbracelet/x/vt"

	"example.com/leakproof/internal/team/room"
)

// facilitator is somebody who watches a room at an emulated terminal, in virtual time.
type facilitator struct {
	*testing.T
	terminal *vt.Emulator
	written  *counter
	tell     func(room.Seen)
	pass     func(time.Duration) // lets time pass, and a second come
	over     chan error          // how the program ended; closed then
}

func watchAs(t *testing.T, s setup, play func(f *facilitator)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &facilitator{T: t, terminal: vt.NewEmulator(s.width, s.height), over: make(chan error, 1)}
		if _, err := f.terminal.WriteString("\x1b[20h"); err != nil {
			t.Fatal(err)
		}
		if s.light {
			f.terminal.SetDefaultBackgroundColor(color.White)
		} else {
			f.terminal.SetDefaultBackgroundColor(color.Black)
		}
		f.written = &counter{Writer: f.terminal}
		profile := colorprofile.TrueColor
		if s.noColor {
			profile = colorprofile.Ascii
		}
		ctx, cancel := context.WithCancel(t.Context())
		model := newWatched(RoomOptions{Address: "http://192.0.2.7:8080", Look: Options{NoColor: s.noColor, OnlyASCII: s.onlyASCII}})
		program := tea.NewProgram(model, tea.WithContext(ctx), tea.WithInput(f.terminal), tea.WithOutput(f.written), tea.WithWindowSize(s.width, s.height),
			tea.WithColorProfile(profile), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithoutSignalHandler(), tea.WithFilter(filters()))
		f.pass = func(d time.Duration) {
			time.Sleep(d)
			program.Send(secondMsg(time.Now()))
			f.settle()
		}
		f.tell = func(seen room.Seen) {
			seen.Came = time.Now()
			program.Send(seenMsg(seen))
			f.settle()
		}
		go func() {
			_, err := program.Run()
			f.over <- err
			close(f.over)
		}()
		defer func() { // also after a Fatal, or the bubble would deadlock on top
			program.Quit()
			cancel()
			for range f.over {
			}
			if err := f.terminal.InputPipe().(io.Closer).Close(); err != nil { // what reads the keys ends with them
				t.Error(err)
			}
			time.Sleep(answerTime) // a tick that is under way ends by itself
		}()
		f.settle()
		play(f)
	})
}

func (f *facilitator) settle() {
	for range 6 {
		time.Sleep(20 * time.Millisecond)
		synctest.Wait()
	}
}

func (f *facilitator) press(keys ...string) {
	f.Helper()
	for _, k := range keys {
		bytes, special := keyBytes[k]
		if !special {
			bytes = k
		}
		if _, err := io.WriteString(f.terminal.InputPipe(), bytes); err != nil {
			f.Fatal(err)
		}
		f.settle()
	}
}

func (f *facilitator) see(v room.View) {
	f.tell(room.Seen{View: v})
}

func (f *facilitator) render() string {
	f.written.mu.Lock()
	defer f.written.mu.Unlock()
	return f.terminal.Render()
}

func (f *facilitator) sees(texts ...string) {
	f.Helper()
	screen := strings.Join(strings.Fields(xansi.Strip(f.render())), " ")
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			f.Errorf("the screen does not show %q:\n%s", text, xansi.Strip(f.render()))
		}
	}
}

// roomOfFive is in the middle of a session, by a board whose clock is an hour behind.
func roomOfFive() room.View {
	at := time.Now().Add(-time.Hour)
	ago := func(minutes int) time.Time { return at.Add(-time.Duration(minutes)*time.Minute - 10*time.Second) }
	v := room.View{
		Schema: room.Schema, Room: "Backend guild, November", At: at, StillSince: ago(12),
		Code:  room.JoinCode{Code: "KWMHTRPC", Expires: at.Add(12 * time.Hour)},
		Katas: []room.KataRow{{Kata: "03-map-race", Started: 5, Solved: 1, Stuck: 3}, {Kata: "04-channel-owner", Started: 1}},
		Stuck: []room.StuckRow{
			{
				Belief: room.Belief{ID: "reads", Says: "If all writes are locked, reads don't need a lock.", Truth: "A read during a write is a data race. As long as anything may write, every access takes the lock.", Tests: []string{"TestReadersMeetWriters", "TestEveryReadIsLocked"}},
				Kata:   "03-map-race", People: 3, Since: ago(9),
			},
			{
				Belief: room.Belief{ID: "order", Says: "Each method can take two locks in whatever order it needs.", Truth: "Use one order everywhere, or one lock.", Tests: []string{"TestNobodyWaitsForever"}},
				Kata:   "03-map-race", People: 1, Since: ago(3),
			},
		},
		Agenda: &room.Agenda{Title: "Shared state", Step: 1, Began: ago(17), Steps: []room.Step{{Title: "Vote", Minutes: 8}, {Title: "Repair kata 3 together", Minutes: 25}, {Title: "Near misses", Minutes: 20}}},
	}
	for i, p := range []room.Person{
		{Name: "Quiet Heron", Kata: "03-map-race", Since: ago(26), Status: "fail"},
		{Name: "Jo", Kata: "04-channel-owner", Since: ago(4)},
		{Name: "مريم", Kata: "03-map-race", Since: ago(9), Status: "compile-error"},
		{Name: "Bright Plover", Kata: "03-map-race", Since: ago(2), Status: "pass", Solved: 1},
		{Name: "Calm Badger", Lesson: "04-channels-or-mutexes"},
		{Name: "Soft Tern", Kata: "03-map-race", Since: ago(20), LeftAt: ago(6)},
		{Name: "A name that has forty letters in it, yes"},
	} {
		p.Participant, p.JoinedAt, p.LastAt = fmt.Sprintf("p_%d", i), ago(40-i), ago(i)
		v.People = append(v.People, p)
	}
	return v
}

func TestTheRoomOnTheScreen(t *testing.T) {
	t.Parallel()
	for name, s := range sizes {
		t.Run(name, func(t *testing.T) {
			watchAs(t, s, func(f *facilitator) {
				f.see(roomOfFive())
				golden.RequireEqual(t, f.render()+"\n")
			})
		})
	}
	t.Run("end", func(t *testing.T) {
		watchAs(t, sizes["80x24"], func(f *facilitator) {
			f.see(roomOfFive())
			f.press("end")
			golden.RequireEqual(t, f.render()+"\n")
		})
	})
	t.Run("nobody", func(t *testing.T) {
		s := sizes["80x24"]
		s.noColor, s.onlyASCII = true, true
		watchAs(t, s, func(f *facilitator) {
			at := time.Now()
			f.see(room.View{Schema: room.Schema, Room: "Friday", At: at, Code: room.JoinCode{Code: "KWMHTRPC", Expires: at.Add(12 * time.Hour)}})
			golden.RequireEqual(t, f.render()+"\n")
		})
	})
}

func TestTheRoomGoesOn(t *testing.T) {
	t.Parallel()
	watchAs(t, sizes["120x40"], func(f *facilitator) {
		f.sees("Asking http://192.0.2.7:8080 for the room.")
		v := roomOfFive()
		v.Agenda.Began = v.At.Add(-24*time.Minute - 50*time.Second)
		f.see(v)
		f.sees("0:10 left", "No new pass for 12 min", "live")
		f.pass(time.Minute)
		f.sees("0:50 over", "No new pass for 13 min")

		f.tell(room.Seen{Lost: errors.New("192.0.2.7:8080 ended the connection"), Wait: 4 * time.Second})
		f.sees("connection lost, again in 4 s", "192.0.2.7:8080 ended the connection. This is the room as it was 1 min ago.", "Quiet Heron")
		f.pass(5 * time.Second)
		f.sees("connection lost, trying again")

		v.At = time.Now()
		v.People = v.People[:1]
		f.see(v)
		f.sees("live", "1 person")
		f.press("q")
		if err := <-f.over; err != nil {
			t.Error(err)
		}
	})
}

func TestTheHelpOfAWatchedRoom(t *testing.T) {
	t.Parallel()
	watchAs(t, sizes["40x12"], func(f *facilitator) {
		f.see(roomOfFive())
		f.sees("? help")
		f.press("?")
		f.sees("Keys on this page", "esc close help")
		f.press("end")
		f.sees("ctrl+c quit at once", "live") // the room goes on below
		f.press("?")
		f.sees("7 people", "? help")
		f.press("?", "q")
		f.sees("7 people")
		f.press("q")
		if err := <-f.over; err != nil {
			t.Error(err)
		}
	})
}

func TestWatchRoomEnds(t *testing.T) {
	t.Parallel()
	refused := errors.New("the board says: This is not the secret of the room.")
	watch := func(context.Context, func(room.Seen)) error { return refused }
	input, keys := io.Pipe()
	defer func() { _ = keys.Close() }()
	if err := WatchRoom(t.Context(), RoomOptions{Input: input, Output: io.Discard, Watch: watch}); !errors.Is(err, refused) {
		t.Errorf("a board that refuses the secret ends it with %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	watch = func(ctx context.Context, _ func(room.Seen)) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	if err := WatchRoom(ctx, RoomOptions{Input: input, Output: io.Discard, Watch: watch}); err != nil {
		t.Errorf("an interrupt ends it with %v", err)
	}
}
