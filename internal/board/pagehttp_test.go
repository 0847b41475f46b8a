package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

// inline is what the Content-Security-Policy would refuse.
var inline = regexp.MustCompile(`(?i)<style|<[^>]*\s(style|on\w+)=|<script(?: defer)?>|javascript:`)

func TestPageOverHTTP(t *testing.T) {
	t.Parallel()
	b := boardOnSQLite(t, "--room", "Friday & Co")
	b.join(`<b onclick="x">`)
	door := b.request("GET", "/", nil)
	if door.status != 200 || !strings.Contains(door.body, `name="secret"`) || !strings.Contains(door.body, "Friday &amp; Co") || strings.Contains(door.body, b.code) {
		t.Errorf("the door: %d\n%s", door.status, door.body)
	}

	html := header("Accept", "text/html")
	form := func(secret string, change ...func(*http.Request)) answerOf {
		change = append(change, header("Content-Type", "application/x-www-form-urlencoded"))
		return b.request("POST", "/login", url.Values{"secret": {secret}}.Encode(), change...)
	}
	if refused := form("no", html); refused.status != 401 || !strings.Contains(refused.body, "This is not the facilitator&#39;s secret") || refused.header.Get("Set-Cookie") != "" {
		t.Errorf("a wrong secret: %d\n%s", refused.status, refused.body)
	}
	in := form(b.secret, html)
	cookie, _, _ := strings.Cut(in.header.Get("Set-Cookie"), ";")
	if in.status != 303 || cookie == "" {
		t.Fatalf("the right secret: %+v", in)
	}

	page := b.request("GET", "/", nil, header("Cookie", cookie))
	for _, part := range []string{"Friday &amp; Co", "&lt;b onclick=&#34;x&#34;&gt;", "leakproof join " + b.url + " " + b.code, "1 person"} {
		if !strings.Contains(page.body, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	if strings.Contains(page.body, b.secret) {
		t.Error("the secret is on the page")
	}
	for name, a := range map[string]answerOf{"door": door, "page": page} {
		if found := inline.FindString(a.body); found != "" {
			t.Errorf("the %s has %q in line", name, found)
		}
		if csp := a.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'; script-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("the %s has the policy %q", name, csp)
		}
	}

	if a := b.request("GET", "/join.svg", nil); a.status != 401 {
		t.Errorf("the QR code without the secret: %d", a.status)
	}
	if a := b.request("GET", "/join.svg", nil, header("Cookie", cookie)); a.status != 200 || a.header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(a.body, "<svg ") {
		t.Errorf("the QR code: %d %.80s", a.status, a.body)
	}
	for path, status := range map[string]int{"/page/page.css": 200, "/page/page.js": 200, "/page/icon.svg": 200, "/page/room.html": 404, "/page/": 404, "/page/../page.go": 404} {
		if a := b.request("GET", path, nil); a.status != status && a.status/100 != 3 {
			t.Errorf("%s: %d, want %d", path, a.status, status)
		}
	}
}

// TestPageOfEveryView draws views at the edge of what there can be.
func TestPageOfEveryView(t *testing.T) {
	now := time.Now()
	for name, v := range map[string]room.View{
		"nothing at all": {}, "nobody": nobodyYet(now), "busy": busy(now),
		"an agenda without steps":         {Agenda: &room.Agenda{Title: "Empty"}},
		"a step that is not there":        {Agenda: &room.Agenda{Title: "Short", Step: 3, Steps: []room.Step{{Title: "One"}}}},
		"a step that begins in an hour":   {At: now, Agenda: &room.Agenda{Began: now.Add(time.Hour), Steps: []room.Step{{Title: "One", Minutes: 5}}}},
		"more stuck than people, by race": {At: now, Katas: []room.KataRow{{Kata: "k", Started: 1, Solved: 3, Stuck: 2}}, Stuck: []room.StuckRow{{People: 3}}},
	} {
		w := httptest.NewRecorder()
		if err := writeRoom(w, v, "http://192.0.2.7:8080", "token"); err != nil || !strings.HasSuffix(strings.TrimSpace(w.Body.String()), "</html>") {
			t.Errorf("%s: %v\n%s", name, err, w.Body)
		}
		if strings.Contains(w.Body.String(), "ZgotmplZ") || strings.Contains(w.Body.String(), "<nil>") {
			t.Errorf("%s: the template could not fill a place:\n%s", name, w.Body)
		}
	}
}
