package plain

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
	"example.com/leakproof/internal/watch"
)

// joined is a desk whose learner has joined a board.
func joined(t *testing.T, board *roomtest.Board, in io.Reader) *desk {
	t.Helper()
	d := newDesk(t, in)
	network, dir := roomtest.Network(t, board), filepath.Dir(d.wb.Space.Attempts)
	d.wb.Now = time.Now
	_, err := member.Join(t.Context(), member.Joining{
		Dir: dir, Log: d.wb.Log, Board: "http://board.test", Request: room.JoinRequest{Code: roomtest.Code}, Transport: network, Now: time.Now(),
	})
	if err != nil {
		t.Fatal(err)
	}
	d.wb.Room = member.New(member.Sender{Dir: dir, Log: d.wb.Log, Course: d.wb.Course, Transport: network, Source: d.wb.Space.ReadAttempt})
	return d
}

func TestALineTellsThatTheBoardIsGoneAndThatItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		d := joined(t, board, strings.NewReader(""))
		saves := make(chan watch.Event)
		d.wb.Watch = func(ctx context.Context, _ string) (<-chan watch.Event, error) {
			out := make(chan watch.Event)
			go func() {
				defer close(out)
				for {
					select {
					case e := <-saves:
						out <- e
					case <-ctx.Done():
						return
					}
				}
			}()
			return out, nil
		}
		board.Misbehave(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- d.Watch(ctx, d.kata, false) }()
		for range 3 {
			time.Sleep(time.Minute)
			synctest.Wait()
			saves <- watch.Event{}
		}
		time.Sleep(time.Minute)
		board.Misbehave(nil)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if got, want := d.notes.String(), "Note: Room: 1 event waits for the board.\nNote: Room: everything was sent.\n"; got != want {
			t.Errorf("notes:\n%swant:\n%s", got, want)
		}
		if n := len(board.Events()); n != 4 {
			t.Errorf("the board has %d events", n)
		}
		board.Misbehave(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		})
		saves <- watch.Event{}
		synctest.Wait()
		began := time.Now()
		cancel()
		if err := <-done; err != nil || time.Since(began) != 0 {
			t.Errorf("the end took %s: %v", time.Since(began), err)
		}
	})
}

func TestTheMenuTellsWhatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		board := &roomtest.Board{}
		in, typed := io.Pipe()
		d := joined(t, board, in)
		board.Misbehave(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
		if _, err := d.wb.Hint(t.Context(), d.kata, 1); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- d.Menu(t.Context()) }()
		synctest.Wait()
		for _, line := range []string{"5\n", "0\n"} { // Progress, Quit
			if _, err := io.WriteString(typed, line); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
		if got := d.notes.String(); got != "Note: Room: 1 event waits for the board.\n" {
			t.Errorf("notes: %q", got)
		}
	})
}
