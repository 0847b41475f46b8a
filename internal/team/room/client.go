package room

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/leakproof/internal/text"
)

// What a client puts up with. A board may be slow, wrong or hostile.
const (
	patience    = 9 * time.Second  // for one request, with the whole answer
	maxResponse = 64 << 10         // bytes of an answer, and of its headers
	maxMessage  = 200              // bytes of a board's sentence
	maxRetry    = 10 * time.Minute // that a board can ask to be left alone for
)

// Client asks a board for one participant, or for one who joins. What a board says is cleaned of what could steer a terminal.
// Its errors are of type [*Failure], or the context's.
type Client struct {
	board, token string
	http         *http.Client
}

// NewClient makes a client of the board at an address as [Address] returns it, for the participant with that token. A nil
// transport is that of [Transport].
func NewClient(board, token string, transport http.RoundTripper) *Client {
	if transport == nil {
		transport = Transport()
	}
	return &Client{board: board, token: token, http: &http.Client{
		Transport: transport,
		// What is sent goes to the address that the learner agreed to, and the token to nobody else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Transport is how requests travel unless told otherwise: through the proxy that the environment names, and with bounds for
// everything that a board could draw out.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		IdleConnTimeout:        30 * time.Second,
		MaxResponseHeaderBytes: maxResponse,
		DisableCompression:     true, // a bound for what is read holds for what it unpacks to
		ForceAttemptHTTP2:      true,
	}
}

// Close lets go of connections that are kept for further requests.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Join asks to take part. The request is as the board gets it; what is answered is cleaned and bounded.
func (c *Client) Join(ctx context.Context, request JoinRequest) (Joined, error) {
	var joined Joined
	if err := c.ask(ctx, http.MethodPost, "/api/join", request, http.StatusCreated, &joined); err != nil {
		return Joined{}, err
	}
	joined.Room, joined.Name = text.Line(joined.Room, maxMessage), text.Line(joined.Name, 4*MaxName)
	if joined.Schema != Schema || !plausible(joined.Token) || !plausible(joined.Participant) {
		return Joined{}, c.noBoard(http.StatusCreated)
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
	if err := c.ask(ctx, http.MethodPost, "/api/events", Events{events}, http.StatusOK, &taken); err != nil {
		return err
	}
	if taken.Schema != Schema || taken.Taken != len(events) || taken.Last != events[len(events)-1].ID {
		return c.noBoard(http.StatusOK)
	}
	return nil
}

// Delete has the board delete everything of the participant. That there is none any more is no error.
func (c *Client) Delete(ctx context.Context) error {
	err := c.ask(ctx, http.MethodDelete, "/api/me", nil, http.StatusNoContent, nil)
	var failure *Failure
	if errors.As(err, &failure) && failure.Unknown() {
		return nil
	}
	return err
}

// ask makes one request. The answer must have the status want, and fills out.
func (c *Client) ask(ctx context.Context, method, path string, in any, want int, out any) error {
	var body io.Reader
	if in != nil {
		data, err := Encode(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(data)
	}
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(bounded, method, c.board+path, body)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "leakproof")
	req.Header.Set("Accept", "application/json")
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return c.silent(ctx, bounded, err)
	}
	defer func() { _ = resp.Body.Close() }() // it was read, or is left unread on purpose
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxResponse+1))
	switch {
	case err != nil:
		return c.silent(ctx, bounded, err)
	case len(data) > maxResponse:
		return c.noBoard(resp.StatusCode)
	case resp.StatusCode != want:
		return c.refusal(resp, data)
	case out == nil:
		return nil
	case json.Unmarshal(data, out) != nil:
		return c.noBoard(resp.StatusCode)
	}
	return nil
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
	why := ": " + text.Line(cause(err), maxMessage)
	var late interface{ Timeout() bool }
	if bounded.Err() != nil || errors.As(err, &late) && late.Timeout() {
		why = " in time"
	}
	return &Failure{Says: c.host() + " does not answer" + why}
}

// cause is what went wrong with a connection, without what the sentence around it says.
func cause(err error) string {
	var call *os.SyscallError
	var operation *net.OpError
	var request *url.Error
	switch {
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "the proxy on the way there: " + operation.Err.Error()
	case errors.As(err, &call):
		return call.Err.Error()
	case errors.As(err, &operation):
		return operation.Err.Error()
	case errors.As(err, &request):
		return request.Err.Error()
	}
	return err.Error()
}

// noBoard is the failure of an answer that is none of a board.
func (c *Client) noBoard(status int) error {
	return &Failure{Status: status, Says: fmt.Sprintf("%s answers (status %d), but not as a board of this version of Leakproof does", c.host(), status)}
}

// refusal is the failure that an answer with another status stands for.
func (c *Client) refusal(resp *http.Response, data []byte) error {
	f := &Failure{Status: resp.StatusCode, RetryAfter: retryAfter(resp.Header)}
	if to := resp.Header.Get("Location"); to != "" && resp.StatusCode/100 == 3 {
		f.Says = fmt.Sprintf("%s sends us on to %s, where we do not follow", c.host(), text.Line(to, maxMessage))
		return f
	}
	var problem Problem
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if kind != "application/json" || json.Unmarshal(data, &problem) != nil || problem.Error.Code == "" {
		return c.noBoard(resp.StatusCode)
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
func retryAfter(h http.Header) time.Duration {
	value := h.Get("Retry-After")
	after := time.Duration(0)
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		after = time.Duration(seconds) * time.Second
	} else if until, err := http.ParseTime(value); err == nil {
		if now, err := http.ParseTime(h.Get("Date")); err == nil {
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
	return f.Status == http.StatusUnauthorized && (f.Code == BadToken || f.Code == NoToken)
}

// Refuses reports whether the board will never take what was sent, rather than not now.
func (f *Failure) Refuses() bool {
	return f.Code == BadRequest || f.Code == TooLarge || f.Code == Refused || f.Code == Forbidden && f.Event != ""
}
