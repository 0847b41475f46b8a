package tui

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/team/member"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
	"example.com/leakproof/internal/workbook"
)

// joinRoom makes the learner one of the people of a room.
func (d *driver) joinRoom(wb *workbook.Workbook, board *roomtest.Board) {
	d.Helper()
	network := roomtest.Network(d.T, board)
	_, err := member.Join(d.Context(), member.Joining{
		Dir: d.state, Log: wb.Log, Board: "http://board.test", Request: room.JoinRequest{Code: roomtest.Code}, Transport: network, Now: time.Now(),
	})
	if err != nil {
		d.Fatal(err)
	}
	wb.Room = member.New(member.Sender{Dir: d.state, Log: wb.Log, Course: wb.Course, Transport: network, Source: wb.Space.ReadAttempt})
}

// gone is a board that never answers.
func gone(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

func TestWhatIsDoneGoesToTheRoomAtOnce(t *testing.T) {
	t.Parallel()
	board := &roomtest.Board{}
	s := repairing("80x24")
	s.room, s.grade = board, scripted(failing, failing, passing)
	drive(t, s, func(d *driver) {
		d.save()
		d.wait(time.Second)
		d.save()
		d.wait(time.Second)
		var got []string
		for _, e := range board.Events() {
			got = append(got, e.Kind+" "+e.Status)
		}
		if strings.Join(got, ", ") != "verdict fail, verdict pass" {
			t.Errorf("the board got %q", got)
		}
		d.lacks("Room:")
	})
}

// A board that is gone shows in the line above the keys, and nowhere else: what a learner does takes as long as ever, and so does
// the end.
func TestABoardThatIsGone(t *testing.T) {
	t.Parallel()
	for name, size := range sizes {
		t.Run(name, func(t *testing.T) {
			board := &roomtest.Board{}
			s := repairing(name)
			s.width, s.height = size.width, size.height
			s.room, s.grade = board, scripted(failing, failing, passing)
			drive(t, s, func(d *driver) {
				board.Misbehave(gone)
				d.save()
				d.wait(time.Second)
				d.sees("fail")
				d.lacks("Room:") // nobody knows yet
				d.wait(15 * time.Second)
				d.sees("Room: 1 event waits")
				d.save()
				d.wait(time.Second)
				d.sees("pass")
				d.wait(20 * time.Second)
				d.sees("pass", "Room: 2 events wait")
				d.golden()
				board.Misbehave(nil)
				d.wait(time.Minute)
				d.lacks("Room:")
				if got := board.Lines(); got != "2 3" {
					d.Errorf("the board has the lines %q", got)
				}
				board.Misbehave(gone)
				d.save()
				d.wait(time.Second)
				began := time.Now()
				d.press("ctrl+c")
				<-d.over
				if took := time.Since(began); took > time.Second {
					d.Errorf("the end took %s", took)
				}
			})
		})
	}
}

func TestWhoIsUnknownToTheBoardIsTold(t *testing.T) {
	t.Parallel()
	for name := range sizes {
		t.Run(name, func(t *testing.T) {
			board := &roomtest.Board{}
			s := repairing(name)
			s.room, s.grade = board, scripted(failing)
			drive(t, s, func(d *driver) {
				board.Misbehave(func(w http.ResponseWriter, _ *http.Request) {
					roomtest.Refuse(w, http.StatusUnauthorized, room.BadToken, "\x1b[2JWho?")
				})
				d.save()
				d.wait(time.Second)
				d.sees("fail", "Room: the board")
				d.golden()
			})
		})
	}
}
