package room

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/team/relay/wire"
	"example.com/leakproof/internal/text"
)

// What a client puts up with. A board may be slow, wrong or hostile.
const (
	patience    = 9 * time.Second  // for one request, with the whole answer
	maxResponse = 64 << 10         // bytes of an answer
	maxMessage  = 200              // bytes of a board's sentence
	maxRetry    = 10 * time.Minute // that a board can ask to be left alone for
)

// Client asks a board for one participant, or for one who joins. What a board says is cleaned of what could steer a terminal.
// Its errors are of type [*Failure], or the context's.
type Client struct {
	board, token string
	transport    Transport
}

// Transport is how requests reach a board. HTTP would make the workbook slow to build, so that none is linked here.
type Transport interface {
	// Ready sees to it that requests can be made. Where that takes long, it calls building first, unless that is nil.
	Ready(ctx context.Context, building func()) error
	// Do makes a request. Whoever gets an answer closes its body. The error, there or of the body, is a [*wire.Failure] where the
	// board or the way there is to blame.
	Do(ctx context.Context, request wire.Request) (*Response, error)
}

// Response is an answer whose body is still to be read.
type Response struct {
	wire.Answer
	Body io.ReadCloser
}

// What HTTP calls what a client looks for.
const (
	statusOK              = 200
	statusCreated         = 201
	statusNoContent       = 204
	statusUnauthorized    = 401
	statusRequestTimeout  = 408
	statusTooManyRequests = 429

	timeFormat = "Mon, 02 Jan 2006 15:04:05 GMT"
)

// NewClient makes a client of the board at an address as [Address] returns it, for the participant with that token.
func NewClient(board, token string, transport Transport) *Client {
	return &Client{board: board, token: token, transport: transport}
}

// Join asks to take part. The request is as the board gets it; what is answered is cleaned and bounded.
func (c *Client) Join(ctx context.Context, request JoinRequest) (Joined, error) {
	var joined Joined
	if err := c.ask(ctx, "POST", "/api/join", request, statusCreated, &joined); err != nil {
		return Joined{}, err
	}
	joined.Room, joined.Name = text.Line(joined.Room, maxMessage), text.Line(joined.Name, 4*MaxName)
	if joined.Schema != Schema || !plausible(joined.Token) || !plausible(joined.Participant) {
		return Joined{}, c.noBoard(statusCreated)
	}
	return joined, nil
}

// plausible reports whether a token or an id can be one.
func plausible(token string) bool {
	return token != "" && len(token) <= 256 && !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Send sends events. Without an error the board keeps all of them.
func (c *Client) Send(ctx context.Context, events []Event) error {
	var taken Taken
	if err := c.ask(ctx, "POST", "/api/events", Events{events}, statusOK, &taken); err != nil {
		return err
	}
	if taken.Schema != Schema || taken.Taken != len(events) || taken.Last != events[len(events)-1].ID {
		return c.noBoard(statusOK)
	}
	return nil
}

// Delete has the board delete everything of the participant. That there is none any more is no error.
func (c *Client) Delete(ctx context.Context) error {
	err := c.ask(ctx, "DELETE", "/api/me", nil, statusNoContent, nil)
	var failure *Failure
	if errors.As(err, &failure) && failure.Unknown() {
		return nil
	}
	return err
}

// ask makes one request. The answer must have the status want, and fills out.
func (c *Client) ask(ctx context.Context, method, path string, in any, want int, out any) error {
	var body []byte
	if in != nil {
		var err error
		if body, err = Encode(in); err != nil {
			return err
		}
	}
	if err := c.ready(ctx); err != nil {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	resp, err := c.transport.Do(bounded, c.request(method, path, "application/json", body))
	if err != nil {
		return c.silent(ctx, bounded, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is left unread on purpose
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	switch {
	case err != nil:
		return c.silent(ctx, bounded, err)
	case len(data) > maxResponse:
		return c.noBoard(resp.Status)
	case resp.Status != want:
		return c.refusal(resp, data)
	case out == nil:
		return nil
	case json.Unmarshal(data, out) != nil:
		return c.noBoard(resp.Status)
	}
	return nil
}

// ready waits for the transport, however long that takes: the board has no part in it.
func (c *Client) ready(ctx context.Context) error {
	if err := c.transport.Ready(ctx, nil); err != nil {
		return c.silent(ctx, ctx, err)
	}
	return nil
}

func (c *Client) request(method, path, accept string, body []byte) wire.Request {
	header := map[string]string{"User-Agent": "leakproof", "Accept": accept}
	if body != nil {
		header["Content-Type"] = "application/json"
	}
	if c.token != "" {
		header["Authorization"] = "Bearer " + c.token
	}
	return wire.Request{Method: method, URL: c.board + path, Header: header, Body: body}
}

// Encode writes what is sent to a board.
func Encode(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false) // code is full of what that makes six bytes of
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// silent is the failure of a request that got no whole answer.
func (c *Client) silent(ctx, bounded context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var failure *wire.Failure
	switch known := errors.As(err, &failure); {
	case bounded.Err() != nil || known && failure.Late:
		return &Failure{Says: c.host() + " does not answer in time"}
	case known:
		return &Failure{Says: c.host() + " does not answer: " + text.Line(failure.Cause, maxMessage)}
	}
	return &Failure{Says: err.Error()} // it is no fault of the board
}

// noBoard is the failure of an answer that is none of a board.
func (c *Client) noBoard(status int) error {
	return &Failure{Status: status, Says: fmt.Sprintf("%s answers (status %d), but not as a board of this version of Leakproof does", c.host(), status)}
}

// refusal is the failure that an answer with another status stands for.
func (c *Client) refusal(resp *Response, data []byte) error {
	f := &Failure{Status: resp.Status, RetryAfter: retryAfter(resp.Header)}
	if to := resp.Header["Location"]; to != "" && resp.Status/100 == 3 {
		f.Says = fmt.Sprintf("%s sends us on to %s, where we do not follow", c.host(), text.Line(to, maxMessage))
		return f
	}
	var problem Problem
	kind, _, _ := mime.ParseMediaType(resp.Header["Content-Type"])
	if kind != "application/json" || json.Unmarshal(data, &problem) != nil || problem.Error.Code == "" {
		return c.noBoard(resp.Status)
	}
	f.Code, f.Event = problem.Error.Code, problem.Error.Event
	f.Says = "the board says: " + text.Line(problem.Error.Message, maxMessage)
	return f
}

func (c *Client) host() string {
	if u, err := url.Parse(c.board); err == nil {
		return u.Host
	}
	return c.board
}

// retryAfter is how long a board asks to be left alone for, 0 if it does not. A date counts by the board's own clock: ours may
// be off.
func retryAfter(h map[string]string) time.Duration {
	value := h["Retry-After"]
	after := time.Duration(0)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if until, err := time.Parse(timeFormat, value); err == nil {
		if now, err := time.Parse(timeFormat, h["Date"]); err == nil {
			after = until.Sub(now)
		}
	}
	return min(max(after, 0), maxRetry)
}

// Failure is why a board did not do what it was asked for.
type Failure struct {
	Status     int           // of the answer, 0 without one
	Code       string        // of the board's [Error], "" where the answer is none of a board
	Event      string        // the one that the board refuses, if it says so
	RetryAfter time.Duration // that the board asks for, at most 10 minutes
	Says       string        // what happened, without what to do about it
}

func (f *Failure) Error() string { return f.Says }

// Unknown reports whether the board does not know the participant, or no longer.
func (f *Failure) Unknown() bool {
	return f.Status == statusUnauthorized && (f.Code == BadToken || f.Code == NoToken)
}

// Refuses reports whether the board will never take what was sent, rather than not now.
func (f *Failure) Refuses() bool {
	return f.Code == BadRequest || f.Code == TooLarge || f.Code == Refused || f.Code == Forbidden && f.Event != ""
}
