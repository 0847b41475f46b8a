package main

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

func TestGuessing(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		attempts := map[string]func(int) answerOf{
			"codes": func(i int) answerOf {
				return b.request("POST", "/api/join", room.JoinRequest{Code: fmt.Sprint("GUESS", i)})
			},
			"tokens":  func(i int) answerOf { return b.request("GET", "/api/me", nil, token(fmt.Sprint("t_", i))) },
			"secrets": func(i int) answerOf { return b.request("GET", "/api/view", nil, token(fmt.Sprint("f_", i))) },
			"logins": func(i int) answerOf {
				return b.request("POST", "/login", url.Values{"secret": {fmt.Sprint(i)}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded"))
			},
		}
		for what, guess := range attempts {
			b.server.wrong = newLimiter[netip.Prefix](0.001, 30) // none comes back during the test
			refused := 0
			for i := range 40 {
				switch a := guess(i); {
				case a.status == 429 && a.header.Get("Retry-After") != "" && a.problem(t).Code == room.SlowDown:
					refused++
				case a.status == 401 || a.status == 403:
				default:
					t.Fatalf("%s: %+v", what, a)
				}
			}
			if refused != 10 {
				t.Errorf("%s: %d of 40 guesses were refused unseen, want 10", what, refused)
			}
			if a := b.request("POST", "/api/join", room.JoinRequest{Code: b.code}); a.status != 429 {
				t.Errorf("%s: the right code at last: %d", what, a.status)
			}
			want[room.Taken](t, b.send(ana.Token, verdict(1, "01-loop", "pass")), 200) // others at this address go on
		}
	})
}

func TestTooManyPosts(t *testing.T) {
	t.Parallel()
	b := boardOnSQLite(t)
	ana, ben := b.join("Ana"), b.join("Ben")
	b.server.posts = newLimiter[int64](0.001, 60)
	for i := range 60 {
		want[room.Taken](t, b.send(ana.Token, verdict(i, "01-loop", "pass")), 200)
	}
	if a := b.send(ana.Token, verdict(61, "01-loop", "pass")); a.status != 429 || a.header.Get("Retry-After") == "" {
		t.Errorf("%+v", a)
	}
	want[room.Taken](t, b.send(ben.Token, verdict(1, "01-loop", "pass")), 200)
}

// facilitators are the requests that only they may make.
var facilitators = []string{"GET /api/view", "GET /api/stream", "POST /api/step", "POST /api/agenda", "POST /api/code", "GET /export.csv", "GET /export.json"}

func TestALearnerIsNoFacilitator(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		b.server.wrong = newLimiter[netip.Prefix](1e6, 1e6)
		for _, route := range facilitators {
			method, path, _ := strings.Cut(route, " ")
			for what, as := range map[string]func(*http.Request){
				"nobody":                   func(*http.Request) {},
				"a learner":                token(ana.Token),
				"the join code":            token(b.code),
				"a learner, in the cookie": func(r *http.Request) { r.AddCookie(&http.Cookie{Name: b.access.cookieName(), Value: ana.Token}) },
				"the secret, in the cookie": func(r *http.Request) {
					r.AddCookie(&http.Cookie{Name: b.access.cookieName(), Value: b.secret})
				},
				"the secret, in the query": func(r *http.Request) { r.URL.RawQuery = "secret=" + b.secret + "&token=" + b.secret },
				"the secret, as Basic":     func(r *http.Request) { r.SetBasicAuth("facilitator", b.secret) },
			} {
				a := b.request(method, path, room.CodeRequest{}, as)
				if a.status != 401 || a.problem(t).Code == "" || strings.Contains(a.body, "Ana") {
					t.Errorf("%s by %s: %d %s", route, what, a.status, a.body)
				}
			}
		}
		if p := b.request("GET", "/api/me", nil, token(b.secret)).problem(t); p.Code != room.BadToken {
			t.Errorf("the secret is no participant's token: %+v", p)
		}
		if v := b.see(); v.Code.Code != b.code {
			t.Error("a request that was refused changed the code")
		}
	})
}

// page is a browser that has logged in.
func (b *board) page(change ...func(*http.Request)) (status int, jar http.CookieJar) {
	b.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.t.Fatal(err)
	}
	b.client.Jar = jar
	a := b.request("POST", "/login", url.Values{"secret": {b.secret}}.Encode(), append(change, header("Content-Type", "application/x-www-form-urlencoded"))...)
	return a.status, jar
}

func TestThePagesCookie(t *testing.T) {
	b := boardOnSQLite(t)
	a := b.request("POST", "/login", url.Values{"secret": {b.secret}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded"))
	cookie := a.header.Get("Set-Cookie")
	for _, part := range []string{"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("%q lacks %s", cookie, part)
		}
	}
	if strings.Contains(cookie, b.secret) || strings.Contains(cookie, "Secure") || a.status != 303 || a.header.Get("Location") != "/" {
		t.Errorf("%d %q", a.status, cookie)
	}
	b.server.address = "https://board.example"
	if a := b.request("POST", "/login", url.Values{"secret": {b.secret}}.Encode(), header("Content-Type", "application/x-www-form-urlencoded")); !strings.Contains(a.header.Get("Set-Cookie"), "Secure") {
		t.Error("behind TLS the cookie must be secure")
	}

	status, jar := b.page()
	if status != 303 {
		t.Fatal(status)
	}
	u, _ := url.Parse(b.url)
	session := jar.Cookies(u)[0].Value
	want[room.View](t, b.request("GET", "/api/view", nil), 200)
	csrf := b.access.csrf(session, time.Now())
	post := func(change ...func(*http.Request)) answerOf {
		return b.request("POST", "/api/code", room.CodeRequest{}, change...)
	}
	for what, change := range map[string]func(*http.Request){
		"no token":              func(*http.Request) {},
		"a wrong token":         header(room.CSRFHeader, "x"),
		"the cookie as a token": header(room.CSRFHeader, session),
	} {
		if p := post(change).problem(t); p.Code != room.Forbidden {
			t.Errorf("%s: %+v", what, p)
		}
	}
	for what, change := range map[string]func(*http.Request){
		"another origin": header("Origin", "https://evil.example"),
		"another port":   header("Origin", "http://127.0.0.1:1"),
		"no origin":      header("Origin", "null"),
		"cross-site":     header("Sec-Fetch-Site", "cross-site"),
		"same site only": header("Sec-Fetch-Site", "same-site"),
	} {
		if p := post(change, header(room.CSRFHeader, csrf)).problem(t); p.Code != room.Forbidden {
			t.Errorf("%s: %+v", what, p)
		}
		if status, _ := b.page(change); status != 403 {
			t.Errorf("the form of %s: %d", what, status)
		}
	}
	b.page()
	b.client.Jar = jar
	if v := b.see(); v.Code.Code != b.code {
		t.Fatal("a request that was refused changed the code")
	}
	want[room.JoinCode](t, post(header(room.CSRFHeader, csrf), header("Origin", b.url), header("Sec-Fetch-Site", "same-origin")), 200)

	b.client.Jar = nil
	with := func(value string) int {
		return b.request("GET", "/api/view", nil, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: b.access.cookieName(), Value: value}) }).status
	}
	if with(session) != 200 {
		t.Error("the session is refused")
	}
	for i := range session { // whatever letter is changed
		changed := []byte(session)
		changed[i] = map[bool]byte{true: 'B', false: 'A'}[changed[i] == 'A']
		if i < len(session)-1 && with(string(changed)) != 401 {
			t.Fatalf("the session with another letter at %d is taken", i)
		}
	}
	if with((access{"another"}).newSession(time.Now())) != 401 || with(b.access.newSession(time.Now().Add(-sessionTime))) != 401 || with("") != 401 {
		t.Error("a session of another board, or one that is over, is taken")
	}
}

func TestCodeOnlyWithConsent(t *testing.T) {
	b := boardOnSQLite(t)
	e := verdict(1, "01-loop", "pass")
	e.Code = "package loop\n"
	if p := b.send(b.join("Ana").Token, e).problem(t); p.Code != room.Forbidden || p.Event != "s-1" {
		t.Error(p)
	}
	sharing := want[room.Joined](t, b.request("POST", "/api/join", room.JoinRequest{Code: b.code, ShareCode: true}), 201)
	want[room.Taken](t, b.send(sharing.Token, e), 200)
	if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(sharing.Token)), 200); !me.ShareCode || me.Events[0].Code != e.Code {
		t.Errorf("%+v", me)
	}
}

// TestNothingIsStoredPlain reads all rows back, and the files themselves.
func TestNothingIsStoredPlain(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		secrets := []string{b.secret, b.code, anasSecret, b.joinAs("Ana", anasSecret).Token}
		for range 3 {
			secrets = append(secrets, b.join("Ana").Token)
		}
		status, jar := b.page()
		if status != 303 {
			t.Fatal(status)
		}
		u, _ := url.Parse(b.url)
		secrets = append(secrets, jar.Cookies(u)[0].Value)
		b.send(secrets[4], verdict(1, "01-loop", "fail", "a"))
		b.request("GET", "/api/view", nil, token("f_wrong"))
		b.request("GET", "/api/me?token="+secrets[5], nil)

		var text strings.Builder
		if strings.HasPrefix(database, "postgres") {
			db := openSQL(t, "pgx", database)
			for _, table := range []string{"rooms", "people", "events", "standings"} {
				rows, err := db.QueryContext(t.Context(), `SELECT encode(convert_to(to_jsonb(r)::text, 'UTF8'), 'escape'), r::text FROM leakproof_`+table+` r`)
				if err != nil {
					t.Fatal(err)
				}
				for rows.Next() {
					var a, b string
					if err := rows.Scan(&a, &b); err != nil {
						t.Fatal(err)
					}
					text.WriteString(a + b)
				}
				if err := rows.Close(); err != nil {
					t.Fatal(err)
				}
			}
		} else {
			for _, end := range []string{"", "-wal"} {
				raw, err := os.ReadFile(database + end)
				if err != nil {
					t.Fatal(err)
				}
				text.Write(raw)
			}
		}
		if !strings.Contains(text.String(), "01-loop") || !strings.Contains(text.String(), "Ana") {
			t.Fatal("the rows are not there at all")
		}
		for _, secret := range secrets {
			if strings.Contains(text.String(), secret) {
				t.Errorf("%q lies in the database", secret)
			}
			if strings.Contains(b.log.String(), secret) || strings.Contains(b.log.String(), "Ana") {
				t.Errorf("%q or a name lies in the log: %s", secret, b.log)
			}
		}
	})
}

// TestDeletedMeansDeleted: a participant's rows are overwritten too.
func TestDeletedMeansDeleted(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana-to-be-forgotten")
		want[room.Taken](t, b.send(ana.Token, verdict(1, "kata-to-be-forgotten", "fail", "a")), 200)
		if a := b.request("DELETE", "/api/me", nil, token(ana.Token)); a.status != 204 {
			t.Fatal(a)
		}
		if body := b.request("GET", "/export.json", nil, token(b.secret)).body; strings.Contains(body, "forgotten") || strings.Contains(body, ana.Participant) {
			t.Error(body)
		}
		b.stop()
		if strings.HasPrefix(database, "postgres") {
			return // its files are the server's
		}
		raw, err := os.ReadFile(database)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(raw), "forgotten") {
			t.Error("the file still holds what was deleted")
		}
	})
}

// TestReplay: a request that somebody wrote down is worth nothing more.
func TestReplay(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		ana := b.join("Ana")
		first, second := verdict(1, "01-loop", "pass"), verdict(2, "01-loop", "fail", "a")
		want[room.Taken](t, b.send(ana.Token, first), 200)
		want[room.Taken](t, b.send(ana.Token, second), 200)
		changed := first
		changed.Status, changed.Kata = "fail", "02-ticker"
		for _, e := range []room.Event{first, changed} { // the newest verdict stays the newest, and the first content of an ID its content
			want[room.Taken](t, b.send(ana.Token, e), 200)
		}
		v := b.see()
		if v.People[0].Status != "fail" || len(v.Katas) != 1 || v.Katas[0].Solved != 1 || v.Katas[0].Stuck != 1 {
			t.Errorf("%+v", v)
		}
		b.request("DELETE", "/api/me", nil, token(ana.Token))
		for _, a := range []answerOf{b.send(ana.Token, first), b.request("GET", "/api/me", nil, token(ana.Token)), b.request("DELETE", "/api/me", nil, token(ana.Token))} {
			if a.status != 401 || a.problem(t).Code != room.BadToken {
				t.Errorf("%+v", a)
			}
		}
	})
}

// TestBoardsThatStartTogether have one secret.
func TestBoardsThatStartTogether(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state", room.SecretFile)
	var all sync.WaitGroup
	var secrets [20]string
	for i := range secrets {
		all.Go(func() {
			secret, _, err := readSecret(file, false)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = secret
		})
	}
	all.Wait()
	for _, secret := range secrets {
		if secret != secrets[0] || secret == "" {
			t.Fatalf("%q", secrets)
		}
	}
	if left, err := os.ReadDir(filepath.Dir(file)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestASecretOfItsOwn(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		b := openBoard(t, database)
		old := b.secret
		state := b.state(t)
		b.stop()
		o, err := parse([]string{"--database", database}, func(string) string { return t.TempDir() }, nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := openStore(t.Context(), database)
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(o.state, room.SecretFile)
		_, _, err = openRoom(t.Context(), s, o, file, nil)
		if err == nil || !strings.Contains(err.Error(), "--new-secret") || !strings.Contains(err.Error(), file) || strings.Contains(err.Error(), old) {
			t.Error(err)
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
		b = openBoardAt(t, state, database, "--new-secret")
		if b.secret == old || b.request("GET", "/api/view", nil, token(old)).status != 401 {
			t.Error("the old secret still opens the room")
		}
		b.see()
		b.join("Ana")
		if info, err := os.Stat(filepath.Join(state, room.SecretFile)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
	})
}
