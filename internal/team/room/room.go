// Package room is what a board and those who join it say to each other: JSON
// over HTTP, version "leakproof.room/1".
//
//	POST   /api/join    JoinRequest           -> 201 Joined
//	POST   /api/events  Events                -> 200 Taken    bearer token; all are durable when it answers
//	GET    /api/me                            -> 200 Me       bearer token
//	DELETE /api/me                            -> 204          bearer token, which is dead afterwards
//	GET    /api/view                          -> 200 View     the facilitator
//	GET    /api/stream                        -> server-sent events "view", each a whole View; the facilitator
//	POST   /api/step    StepRequest           -> 200 View     the facilitator
//	POST   /api/agenda  Markdown              -> 200 View     the facilitator; as `leakproof session plan` writes it
//	POST   /api/code    CodeRequest           -> 200 JoinCode the facilitator; the old code ends
//	GET    /export.csv, /export.json                          the facilitator
//	GET    /healthz                           -> 200 "ok" when the store answers
//
// Any other status comes with a [Problem]. The facilitator shows the secret as
// a bearer token, or a cookie; with a cookie, a request that changes something
// also shows the page's token in the header [CSRFHeader].
package room

import (
	"strconv"
	"time"
)

// Schema names this version of what is said. Fields may be added within it;
// what is there keeps its name and meaning.
const Schema = "leakproof.room/1"

// CSRFHeader carries the page's token in requests that change something.
const CSRFHeader = "X-Leakproof-CSRF"

// SecretFile is the name of the file with the facilitator's secret, in the state
// folder of who runs the board.
const SecretFile = "board-secret"

// What a board takes.
const (
	MaxEvents = 100       // in one request
	MaxBody   = 256 << 10 // bytes of a request's body
	MaxCode   = 64 << 10  // bytes of an event's code
	MaxName   = 40        // letters of a name
)

// JoinRequest asks to take part.
type JoinRequest struct {
	Code      string `json:"code"`       // the join code; case, spaces and dashes do not matter
	Name      string `json:"name"`       // "" asks for a pseudonym
	ShareCode bool   `json:"share_code"` // whether events may carry code

	// Secret is made up by who joins, who keeps it and tells it to this board only: 20 to 100 letters. Whoever joins the room with
	// it again is the same participant, with the name and the consent of now. The token of before is dead then. "" is always
	// somebody new.
	Secret string `json:"secret,omitempty"`
}

// Joined is the answer to who joined.
type Joined struct {
	Schema      string `json:"schema"`
	Participant string `json:"participant"` // "p_..."
	Token       string `json:"token"`       // what the participant shows from now on; said only here
	Room        string `json:"room"`        // the room's name
	Name        string `json:"name"`        // as the room shows it
}

// Events are sent in the order of the log.
type Events struct {
	Events []Event `json:"events"`
}

// Taken says that every event of a request is kept.
type Taken struct {
	Schema string `json:"schema"`
	Taken  int    `json:"taken"` // how many were sent; one that was known already counts
	Last   string `json:"last"`  // the ID of the last of them
}

// Me is what the board holds about a participant.
type Me struct {
	Schema    string    `json:"schema"`
	Person    Person    `json:"person"`
	ShareCode bool      `json:"share_code"`
	Room      string    `json:"room"`
	Events    []Event   `json:"events"` // the newest 1,000 at most, in the order of arrival
	Total     int       `json:"total"`  // how many there are
	At        time.Time `json:"at"`     // the board's clock
}

// StepRequest chooses a step of the agenda.
type StepRequest struct {
	Step int `json:"step"` // from 0
}

// CodeRequest asks for a new join code.
type CodeRequest struct {
	Hours int `json:"hours"` // how long it holds, 1 to 168; 0 means 12
}

// Problem is the body of each answer that is not a success.
type Problem struct {
	Error     Error  `json:"error"`
	RequestID string `json:"request_id"` // the board's log names it too
}

// The codes of errors.
const (
	BadRequest  = "bad_request"  // 400: not JSON, or not of this shape
	NoToken     = "no_token"     // 401
	BadToken    = "bad_token"    // 401: unknown, or deleted
	Forbidden   = "forbidden"    // 403: another origin, no CSRF token, a wrong join code, code without consent
	NotFound    = "not_found"    // 404
	NotAllowed  = "not_allowed"  // 405: the method
	Conflict    = "conflict"     // 409: no agenda, no such step
	CodeExpired = "code_expired" // 410
	Timeout     = "timeout"      // 408: the body came too slowly
	TooLarge    = "too_large"    // 413
	WrongType   = "wrong_type"   // 415: the body's Content-Type
	Refused     = "refused"      // 422: a field's value; Error.Event names the event, if it is one
	SlowDown    = "slow_down"    // 429, with Retry-After
	Full        = "full"         // 403: the room, or a participant's share of it
	Busy        = "busy"         // 503, with Retry-After: the store or the budget of a request; ask again
	Internal    = "internal"     // 500
)

// Error says what was wrong.
type Error struct {
	Status  int    `json:"-"` // of the response
	Code    string `json:"code"`
	Message string `json:"message"`         // a sentence with what to do next
	Event   string `json:"event,omitempty"` // the ID of the event that is refused; the others of its request were not taken either
}

func (e *Error) Error() string { return e.Message }

// Belief is a misconception: what tests that failed stand for.
type Belief struct {
	ID    string   `json:"id"`
	Says  string   `json:"says"`  // the misconception in words
	Truth string   `json:"truth"` // the sentence that corrects it
	Tests []string `json:"tests"` // names of those that failed and stand for it
}

// The kinds of events.
const (
	Verdict = "verdict"
	Hint    = "hint"
	Reset   = "reset"
	Read    = "read"  // a lesson's first section
	Leave   = "leave" // the participant goes, and what was sent stays
)

// Event is one thing that a participant did. Nothing else is ever sent.
type Event struct {
	ID     string    `json:"id"` // see [EventID]; a participant's are unique
	At     time.Time `json:"at"` // the learner's clock
	Kind   string    `json:"kind"`
	Kata   string    `json:"kata,omitempty"`
	Lesson string    `json:"lesson,omitempty"` // of Read
	Status string    `json:"status,omitempty"` // of Verdict: as package explain names it, without "unavailable"
	Says   []Belief  `json:"says,omitempty"`   // the beliefs behind its failed tests, in words: so the board needs no course
	Tier   int       `json:"tier,omitempty"`   // of Hint, from 1
	Code   string    `json:"code,omitempty"`   // of Verdict, if the participant shares code: the file, at most MaxCode bytes
}

// EventID names an event: a random id of the join, and the line of the log.
func EventID(session string, line int) string { return session + "-" + strconv.Itoa(line) }

// View is the room at one moment: what the page, --watch and the exports show.
// It holds no ranking and no points. Lists are never null.
type View struct {
	Schema     string     `json:"schema"`
	Room       string     `json:"room"`
	At         time.Time  `json:"at"`                   // the board's clock, as every time of a View
	People     []Person   `json:"people"`               // in the order of joining
	Katas      []KataRow  `json:"katas"`                // by name
	Stuck      []StuckRow `json:"stuck"`                // where the room is stuck: most people first, then longest
	StillSince time.Time  `json:"still_since,omitzero"` // the last change of a verdict to pass; before one, the first event of a kata; or zero
	Agenda     *Agenda    `json:"agenda,omitempty"`
	Code       JoinCode   `json:"code"`
	Address    string     `json:"address,omitempty"` // under which people reach the board
}

// Person is somebody who takes part.
type Person struct {
	Participant string    `json:"participant"`
	Name        string    `json:"name"`
	JoinedAt    time.Time `json:"joined_at"`
	LastAt      time.Time `json:"last_at"`          // the arrival of the newest event; JoinedAt before there is one
	Kata        string    `json:"kata,omitempty"`   // the last one
	Since       time.Time `json:"since,omitzero"`   // the arrival of the first event of that kata
	Status      string    `json:"status,omitempty"` // of its newest verdict; "" for who left
	Lesson      string    `json:"lesson,omitempty"` // the last one that was begun
	Solved      int       `json:"solved"`           // katas that passed once
	LeftAt      time.Time `json:"left_at,omitzero"` // the arrival of [Leave]; zero for who is there, or there again
}

// KataRow counts people.
type KataRow struct {
	Kata    string `json:"kata"`
	Started int    `json:"started"` // who sent any event of it
	Solved  int    `json:"solved"`  // who had a pass
	Stuck   int    `json:"stuck"`   // whose newest verdict is not a pass, without those who left
}

// StuckRow is a belief that people are stuck on: their newest verdict of the
// kata is not a pass, and names it. Who left is not among them.
type StuckRow struct {
	Belief
	Kata   string    `json:"kata"`
	People int       `json:"people"`
	Since  time.Time `json:"since"` // the arrival of the first verdict that named it, among those who have not been rid of it since
}

// Agenda is the plan of the session and where the room is in it.
type Agenda struct {
	Title string    `json:"title"`
	Steps []Step    `json:"steps"`
	Step  int       `json:"step"`           // from 0
	Began time.Time `json:"began,omitzero"` // when this step began; zero before it was chosen
}

// Step is one part of an agenda.
type Step struct {
	Title   string `json:"title"`
	Minutes int    `json:"minutes"` // 0: no limit
	Text    string `json:"text"`    // Markdown
}

// JoinCode is what people need to join.
type JoinCode struct {
	Code    string    `json:"code"` // "" where this board does not know it: make a new one
	Expires time.Time `json:"expires,omitzero"`
}
