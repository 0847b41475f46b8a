// Package progress keeps what a learner did, and says what it means.
//
// The record is one file of JSON Lines, progress.jsonl, to which lines are only ever appended: a mistake in this program, a
// full disk or a kill costs at most the last line, and a line that cannot be read costs nothing but itself. [Open] reads the
// file, [Log.Append] adds an event, and [Log.State] answers the questions that the screens ask.
package progress

import (
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
)

// Kind says what happened.
type Kind string

// The kinds of version 1 of the file. A reader keeps lines of other kinds and gives them no meaning.
const (
	KindRead    Kind = "read"    // a section of a lesson was on the screen: Lesson, Section
	KindAnswer  Kind = "answer"  // a question was answered: Question, Revision, Right, Choice
	KindVerdict Kind = "verdict" // a suite was run: Kata, Status, Hash, Failed, Alike, Origin
	KindHint    Kind = "hint"    // a hint was shown: Kata, Tier
	KindReset   Kind = "reset"   // a kata was put back to its start: Kata, Backup
	KindRestore Kind = "restore" // an earlier version of a kata's file was put back: Kata, Hash (of an attempt), Backup
	KindTestOut Kind = "testout" // lessons were tested out of, so that they and their quizzes count as done: Lessons
	KindTick    Kind = "tick"    // a task was ticked, or no longer: Task, Done
	KindLab     Kind = "lab"     // a lab was seen at work, or its mission was met: Lab, Status
	KindWelcome Kind = "welcome" // the learner was welcomed, which happens once
	KindClock   Kind = "clock"   // the clock shows an earlier time than at the event before
)

// The statuses of KindLab.
const (
	LabSeen = "seen"
	LabMet  = "met"
)

// Event is one thing that the learner did. Each kind uses the fields named at its constant and leaves the others empty.
type Event struct {
	At       time.Time `json:"at"` // when; Append fills in the present time if it is zero
	Kind     Kind      `json:"kind"`
	Lesson   string    `json:"lesson,omitempty"`
	Lessons  []string  `json:"lessons,omitempty"` // ids
	Section  string    `json:"section,omitempty"`
	Kata     string    `json:"kata,omitempty"`
	Lab      string    `json:"lab,omitempty"`
	Question string    `json:"question,omitempty"`
	Revision int       `json:"revision,omitempty"` // of the question: a new revision is a new question
	Right    bool      `json:"right,omitempty"`
	Choice   []int     `json:"choice,omitempty"` // indexes of the chosen options, as the question's file orders them
	Tier     int       `json:"tier,omitempty"`   // 1 is the first hint
	Status   string    `json:"status,omitempty"` // the verdict's status; "pass" solves the kata. Or the lab's
	Hash     string    `json:"hash,omitempty"`   // of the learner's file as it was graded
	Failed   []string  `json:"failed,omitempty"` // names of the tests that failed
	Alike    []string  `json:"alike,omitempty"`  // those of Failed that tell of no belief: they failed for the reason of another one, or for one that is not known
	Origin   string    `json:"origin,omitempty"` // who ran the grader, as it said; "" is the learner
	Backup   string    `json:"backup,omitempty"` // where the learner's file went
	Task     string    `json:"task,omitempty"`
	Done     bool      `json:"done,omitempty"`
}

// DefaultDir is where progress is kept unless the learner says otherwise: leakproof in the user's state folder
// ($XDG_STATE_HOME or ~/.local/state; ~/Library/Application Support on macOS; %LOCALAPPDATA% on Windows).
func DefaultDir() string {
	return filepath.Join(xdg.StateHome, "leakproof")
}
