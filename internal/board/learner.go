package main

import (
	"errors"
	"net/http"
	"net/netip"
	"time"

	"golang.org/x/text/unicode/norm"

	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

// keptShown is how many events GET /api/me answers with.
const keptShown = 1_000

// join gives somebody with the code a token.
func (s *server) join(w http.ResponseWriter, r *http.Request) error {
	from := s.proxies.from(r)
	now := time.Now()
	if wait := max(s.joins.wait(from, now), s.wrong.blocked(from, now), s.codes.blocked(struct{}{}, now)); wait > 0 {
		return slowDown{wait}
	}
	var ask room.JoinRequest
	r.Body = http.MaxBytesReader(w, r.Body, maxSmall)
	if err := decode(r, &ask); err != nil {
		return err
	}
	i := s.live.now()
	if len(i.codeSalt) == 0 || !i.code.is(tidyCode(ask.Code)) {
		s.wrong.wait(from, now)
		s.codes.wait(struct{}{}, now)
		return problem(403, room.Forbidden, "This is not the room's join code, or no longer: look at the board's page.")
	}
	if !now.Before(i.expires) {
		return problem(410, room.CodeExpired, "The join code has expired: ask for the new one.")
	}
	name, err := s.chooseName(ask.Name)
	if err != nil {
		return problem(422, room.Refused, text.Sentence(err.Error()))
	}
	token := newSecret("t_")
	p := &person{id: newID(), name: name, token: hashOf(token), share: ask.ShareCode, standing: standing{katas: map[string]*kata{}}}
	if ask.Secret != "" {
		if len(ask.Secret) < 20 || len(ask.Secret) > 100 {
			return problem(422, room.Refused, "The secret must have 20 to 100 letters: make up a random one.")
		}
		h := hashOf(ask.Secret)
		p.secret = h[:]
	}
	if err := s.live.enter(r.Context(), p); err != nil {
		return err
	}
	return respond(w, http.StatusCreated, room.Joined{Schema: room.Schema, Participant: p.id, Token: token, Room: i.name, Name: p.name})
}

func (s *server) chooseName(asked string) (string, error) {
	if asked == "" {
		return room.Pseudonym(), nil
	}
	return room.CleanName(norm.NFC.String(asked))
}

// mayGuess refuses an address that has shown too many wrong secrets.
func (s *server) mayGuess(from netip.Prefix, now time.Time) error {
	if wait := s.wrong.blocked(from, now); wait > 0 {
		return slowDown{wait}
	}
	return nil
}

// participant lets those in who have joined.
func (s *server) participant(next func(http.ResponseWriter, *http.Request, *person) error) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token := bearer(r)
		if token == "" {
			return problem(401, room.NoToken, "This needs the token of a participant: join first.")
		}
		from, now := s.proxies.from(r), time.Now()
		p, err := s.live.byToken(r.Context(), token, func() error { return s.mayGuess(from, now) })
		if err != nil {
			return err
		}
		if p == nil {
			s.wrong.wait(from, now)
			return errGone
		}
		if wait := s.posts.wait(p.number, now); wait > 0 {
			return slowDown{wait}
		}
		return next(w, r, p)
	}
}

func (s *server) events(w http.ResponseWriter, r *http.Request, p *person) error {
	var sent room.Events
	if err := decode(r, &sent); err != nil {
		return err
	}
	n := len(sent.Events)
	if n == 0 || n > room.MaxEvents {
		return problem(422, room.Refused, "Send 1 to 100 events at once.")
	}
	for i := range sent.Events {
		e := &sent.Events[i]
		if err := e.Check(); err != nil {
			if refused, ok := errors.AsType[*room.Error](err); ok {
				refused.Message = text.Sentence(refused.Message)
			}
			return err
		}
		if e.Code != "" && !p.share {
			return &room.Error{Status: 403, Code: room.Forbidden, Event: e.ID, Message: "This participant did not agree to share code: send the event without it."}
		}
	}
	if err := s.live.take(r.Context(), p, sent.Events); err != nil {
		return err
	}
	return respond(w, http.StatusOK, room.Taken{Schema: room.Schema, Taken: n, Last: sent.Events[n-1].ID})
}

func (s *server) me(w http.ResponseWriter, r *http.Request, p *person) error {
	events, err := s.live.store.newest(r.Context(), p.number, keptShown)
	if err != nil {
		return err
	}
	return respond(w, http.StatusOK, room.Me{Schema: room.Schema, Person: p.row(), ShareCode: p.share, Room: s.live.now().name,
		Events: events, Total: p.Total, At: time.Now().UTC()})
}

func (s *server) deleteMe(w http.ResponseWriter, r *http.Request, p *person) error {
	if err := s.live.leave(r.Context(), p); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
