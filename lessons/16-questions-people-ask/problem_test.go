package questions

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
)

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
		if res.StatusCode != 503 || ProblemOf(res) == nil {
			t.Errorf("status %d, problem %v", res.StatusCode, ProblemOf(res))
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
		err := ProblemOf(&http.Response{StatusCode: tt.status, Body: io.NopCloser(strings.NewReader(tt.body))})
		p, ok := errors.AsType[*Problem](err)
		if !ok || p.Status != tt.status || p.Code != tt.code {
			t.Errorf("%s: %v, want %d %q", tt.name, err, tt.status, tt.code)
		}
	}
	if err := ProblemOf(&http.Response{StatusCode: 201}); err != nil {
		t.Errorf("a 201 is the problem %v", err)
	}
}

func TestUnknownCodesGoByTheStatus(t *testing.T) {
	for _, tt := range failures {
		if later := Later(&Problem{Status: tt.status, Code: tt.code}); later != tt.later {
			t.Errorf("%s, %d %q: later %v, want %v", tt.name, tt.status, tt.code, later, tt.later)
		}
	}
	if Later(nil) || Later(io.ErrUnexpectedEOF) {
		t.Error("what is no answer may come later, want the caller to decide")
	}
}
