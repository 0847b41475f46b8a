package main

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"example.com/leakproof/internal/team/room"
)

func TestWhoseLimitsCount(t *testing.T) {
	trusted, err := parseProxies("10.1.0.0/16, 192.0.2.1,2001:db8:aa::/48")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		remote, forwarded, want string
	}{
		{"192.0.2.7:99", "", "192.0.2.7/32"},
		{"[2001:db8:1:2:3::4]:1", "", "2001:db8:1:2::/64"},
		{"[::ffff:192.0.2.7]:1", "", "192.0.2.7/32"},
		{"[fe80::1%eth0]:1", "", "fe80::/64"},
		// Who is no trusted proxy speaks for nobody.
		{"192.0.2.7:99", "198.51.100.9", "192.0.2.7/32"},
		{"[::ffff:192.0.2.7]:1", "10.1.0.1", "192.0.2.7/32"},
		{"10.2.0.1:80", "198.51.100.9", "10.2.0.1/32"},
		// A trusted one does: for whom it heard from, and not for whom that names.
		{"10.1.0.1:80", "198.51.100.9", "198.51.100.9/32"},
		{"[::ffff:10.1.0.1]:80", "198.51.100.9", "198.51.100.9/32"},
		{"10.1.0.1:80", "203.0.113.5, 198.51.100.9", "198.51.100.9/32"},
		{"10.1.0.1:80", "10.1.0.2, 198.51.100.9", "198.51.100.9/32"},
		{"10.1.0.1:80", "198.51.100.9:4711", "198.51.100.9/32"},
		{"10.1.0.1:80", "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"},
		{"10.1.0.1:80", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"},
		{"10.1.0.1:80", "::ffff:198.51.100.9", "198.51.100.9/32"},
		// One behind the other.
		{"192.0.2.1:80", "203.0.113.5, 198.51.100.9, 10.1.7.7, 2001:db8:aa::1", "198.51.100.9/32"},
		{"192.0.2.1:80", "203.0.113.5|198.51.100.9|10.1.7.7", "198.51.100.9/32"}, // a header line each
		{"192.0.2.1:80", "10.1.0.1", "10.1.0.1/32"},                              // the proxy itself asks
		// What it was told and passed on is no address.
		{"10.1.0.1:80", "", "10.1.0.1/32"},
		{"10.1.0.1:80", "unknown", "10.1.0.1/32"},
		{"10.1.0.1:80", "198.51.100.9, unknown", "10.1.0.1/32"},
		{"10.1.0.1:80", "198.51.100.9,", "10.1.0.1/32"},
		{"10.1.0.1:80", "198.51.100.9, 10.1.0.2, <script>", "10.1.0.1/32"},
		{"10.1.0.1:80", "not an address, 10.1.0.2", "10.1.0.2/32"},
		{"pipe", "198.51.100.9", "invalid Prefix"},
	} {
		r := &http.Request{RemoteAddr: c.remote, Header: http.Header{}}
		if c.forwarded != "" {
			r.Header["X-Forwarded-For"] = strings.Split(c.forwarded, "|")
		}
		if got := trusted.from(r).String(); got != c.want {
			t.Errorf("%s for %q counts as %s, want %s", c.remote, c.forwarded, got, c.want)
		}
	}
}

func TestProxiesThatCannotBeTrusted(t *testing.T) {
	for list, why := range map[string]string{
		"0.0.0.0/0":           "is everybody",
		"10.1.0.0/16, ::/0":   "is everybody",
		"proxy.example":       "is no network",
		"10.1.0.0/33":         "is no network",
		"::ffff:10.1.0.0/112": "give it as IPv4",
	} {
		fails(t, exitUsage, []string{"--trusted-proxy", list}, "--trusted-proxy", why)
	}
}

// Behind a proxy each learner has limits of their own, and nobody gets past
// theirs by naming others.
func TestLimitsBehindAProxy(t *testing.T) {
	b := boardOnSQLite(t, "--trusted-proxy", "127.0.0.1")
	b.server.wrong = newLimiter[netip.Prefix](0.001, 3) // none comes back during the test
	guess := func(code string, forwarded string) int {
		return b.request("POST", "/api/join", room.JoinRequest{Code: code}, header("X-Forwarded-For", forwarded)).status
	}
	for i, forged := range []string{"198.51.100.9", "203.0.113.1, 198.51.100.9", "127.0.0.1, 198.51.100.9"} {
		if status := guess("WRONG", forged); status != 403 {
			t.Fatalf("guess %d: %d", i, status)
		}
	}
	for _, forged := range []string{"198.51.100.9", "203.0.113.77, 198.51.100.9", "x, 198.51.100.9"} {
		if status := guess(b.code, forged); status != 429 {
			t.Errorf("%q goes on guessing: %d", forged, status)
		}
	}
	if status := guess(b.code, "198.51.100.10"); status != 201 {
		t.Errorf("somebody else behind the same proxy: %d", status)
	}
	for what, ask := range map[string]func(forwarded string) int{
		"tokens": func(f string) int {
			return b.request("GET", "/api/me", nil, token("t_wrong"), header("X-Forwarded-For", f)).status
		},
		"secrets": func(f string) int {
			return b.request("GET", "/api/view", nil, token("f_wrong"), header("X-Forwarded-For", f)).status
		},
	} {
		if status := ask("198.51.100.9"); status != 429 {
			t.Errorf("%s: %d", what, status)
		}
		if status := ask("198.51.100.10"); status != 401 {
			t.Errorf("%s of somebody else: %d", what, status)
		}
	}
}

func TestNobodySpeaksForOthersWithoutAProxy(t *testing.T) {
	b := boardOnSQLite(t)
	b.server.wrong = newLimiter[netip.Prefix](0.001, 1)
	for i, want := range []int{403, 429} {
		forged := []string{"198.51.100.9", "198.51.100.10"}[i]
		if a := b.request("POST", "/api/join", room.JoinRequest{Code: "WRONG"}, header("X-Forwarded-For", forged)); a.status != want {
			t.Errorf("as %s: %d, want %d", forged, a.status, want)
		}
	}
}
