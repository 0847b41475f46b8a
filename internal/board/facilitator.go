package main

import (
	"bytes"
	"net/http"
	"net/url"
	"time"

	"example.com/leakproof/internal/team/agenda"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

// session is the token of the page whose cookie a request shows, "" if it shows
// none that is right.
func (s *server) session(r *http.Request) string {
	cookie, err := r.Cookie(s.live.access.cookieName())
	if err != nil || !s.ours() {
		return ""
	}
	return s.live.access.csrf(cookie.Value, time.Now())
}

// ours reports whether this board's secret is still that of the room. Another
// board on the database may have been given a new one.
func (s *server) ours() bool { return s.live.now().secret.is(s.live.access.secret) }

// facilitator lets the facilitator in, by the secret or the page's cookie.
func (s *server) facilitator(next handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if secret := bearer(r); secret != "" {
			return s.withSecret(w, r, secret, next)
		}
		csrf := s.session(r)
		if csrf == "" {
			return problem(401, room.NoToken, "This needs the facilitator's secret: the board printed where it is kept.")
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !hashOf(csrf).is(r.Header.Get(room.CSRFHeader)) {
			return problem(403, room.Forbidden, "The page is not the board's newest: reload it.")
		}
		return next(w, r)
	}
}

func (s *server) withSecret(w http.ResponseWriter, r *http.Request, secret string, next handler) error {
	from, now := s.proxies.from(r), time.Now()
	if err := s.mayGuess(from, now); err != nil {
		return err
	}
	if !s.live.now().secret.is(secret) {
		s.wrong.wait(from, now)
		return problem(401, room.BadToken, "This is not the facilitator's secret: the board printed where it is kept.")
	}
	return next(w, r)
}

// login takes the secret from the page's form, and gives the cookie for it.
func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxSmall)
	body, err := readBody(r, "application/x-www-form-urlencoded")
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return problem(400, room.BadRequest, "The form cannot be read: send it again.")
	}
	return s.withSecret(w, r, form.Get("secret"), func(w http.ResponseWriter, r *http.Request) error {
		if !s.ours() {
			return problem(401, room.BadToken, "The room has a new secret, and this board still has the old one: start it again.")
		}
		http.SetCookie(w, &http.Cookie{
			Name: s.live.access.cookieName(), Value: s.live.access.newSession(time.Now()), Path: "/", MaxAge: int(sessionTime.Seconds()),
			HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: isTLS(s.address),
		})
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	})
}

func (s *server) view(w http.ResponseWriter, _ *http.Request) error {
	return respond(w, http.StatusOK, s.live.view())
}

func (s *server) step(w http.ResponseWriter, r *http.Request) error {
	var ask room.StepRequest
	if err := decode(r, &ask); err != nil {
		return err
	}
	a := s.live.now().agenda
	switch {
	case a == nil:
		return problem(409, room.Conflict, "The room has no agenda: give the board one with --agenda.")
	case ask.Step < 0 || ask.Step >= len(a.Steps):
		return problem(409, room.Conflict, "The agenda has no such step: reload the page.")
	}
	if err := s.live.store.setStep(r.Context(), s.live.id, ask.Step, time.Now()); err != nil {
		return err
	}
	return s.changed(w, r)
}

// changed answers with the room once it has been loaded anew.
func (s *server) changed(w http.ResponseWriter, r *http.Request) error {
	if err := s.live.refresh(r.Context(), change{Info: true}); err != nil {
		return err
	}
	return s.view(w, r)
}

func (s *server) agenda(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r, "text/markdown", "text/plain")
	if err != nil {
		return err
	}
	a, err := readAgenda(body)
	if err != nil {
		return problem(422, room.Refused, text.Sentence(err.Error()))
	}
	if err := s.live.store.setAgenda(r.Context(), s.live.id, a); err != nil {
		return err
	}
	return s.changed(w, r)
}

// readAgenda is a plan of `leakproof session plan` as a room shows it: without
// the notes for who leads.
func readAgenda(markdown []byte) (room.Agenda, error) {
	plan, err := agenda.Read(bytes.NewReader(markdown))
	if err != nil {
		return room.Agenda{}, err
	}
	a := room.Agenda{Title: plan.Title, Steps: []room.Step{}}
	for _, step := range plan.Steps {
		a.Steps = append(a.Steps, room.Step{Title: step.Title, Minutes: step.Minutes, Text: step.Text})
	}
	return a, nil
}

func (s *server) code(w http.ResponseWriter, r *http.Request) error {
	var ask room.CodeRequest
	if err := decode(r, &ask); err != nil {
		return err
	}
	if ask.Hours < 0 || ask.Hours > 168 {
		return problem(422, room.Refused, "A join code holds for 1 to 168 hours: choose a number between.")
	}
	holds := codeTime
	if ask.Hours > 0 {
		holds = time.Duration(ask.Hours) * time.Hour
	}
	if !s.ours() {
		return problem(409, room.Conflict, "The room has a new secret, and this board still has the old one: start it again.")
	}
	if err := s.live.newCode(r.Context(), holds); err != nil {
		return err
	}
	return respond(w, http.StatusOK, s.live.joinCode())
}
