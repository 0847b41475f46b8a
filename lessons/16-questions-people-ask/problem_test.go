package questions

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

// A problem is a failed answer as a client sees it.
type problem struct {
	status int    // every answer has one
	code   string // "" if the answer is not in the API's shape
}

// problemOf reads an answer of 400 or above. The caller closes.
func problemOf(res *http.Response) problem {
	var body struct {
		Error struct{ Code string }
	}
	if json.NewDecoder(res.Body).Decode(&body) != nil { // a proxy's page: no code
		return problem{status: res.StatusCode}
	}
	return problem{res.StatusCode, body.Error.Code}
}

// later reports whether the same request may succeed later: by the code if
// it is known, and by the status otherwise.
func (p problem) later() bool {
	switch p.code {
	case "note_locked":
		return true
	case "quota_spent":
		return false
	}
	switch p.status {
	case http.StatusTooManyRequests, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

func TestAFailedStatusIsNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, client := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusServiceUnavailable)
		}))
		res, err := client.Get("http://notes/notes")
		if err != nil {
			t.Fatalf("a 503 came as the error %v, want none", err)
		}
		defer res.Body.Close()
		if res.StatusCode != 503 {
			t.Errorf("status %d, want 503", res.StatusCode)
		}
	})
}

var failures = []struct {
	name, body string
	status     int
	code       string
	later      bool
}{
	{"a code it knows", `{"error":{"code":"note_locked","message":"x"}}`, 409, "note_locked", true},
	{"another one, against its status", `{"error":{"code":"quota_spent"}}`, 429, "quota_spent", false},
	{"a new code", `{"error":{"code":"slow_down"}}`, 429, "slow_down", true},
	{"a new code, another status", `{"error":{"code":"archived"}}`, 409, "archived", false},
	{"a proxy's page", "<html><h1>502 Bad Gateway</h1></html>", 502, "", true},
	{"cut off", `{"error":{"code":"quota_sp`, 503, "", true},
	{"another shape", `{"error":"boom"}`, 500, "", false},
	{"nothing", "", 504, "", true},
}

func TestNotEveryFailureIsInTheShape(t *testing.T) {
	for _, tt := range failures {
		p := problemOf(&http.Response{StatusCode: tt.status, Body: io.NopCloser(strings.NewReader(tt.body))})
		if p != (problem{tt.status, tt.code}) {
			t.Errorf("%s: %v, want %d %q", tt.name, p, tt.status, tt.code)
		}
	}
}

func TestUnknownCodesGoByTheStatus(t *testing.T) {
	for _, tt := range failures {
		if later := (problem{tt.status, tt.code}).later(); later != tt.later {
			t.Errorf("%s, %d %q: later %v, want %v", tt.name, tt.status, tt.code, later, tt.later)
		}
	}
}
