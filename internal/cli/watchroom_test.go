package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

// boardOf answers the stream of whoever shows the secret with one view.
func boardOf(t *testing.T, secret string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+secret {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprint(w, `{"error":{"code":"bad_token","message":"This is not the facilitator's secret."}}`)
			return
		}
		now := time.Now()
		view, err := json.Marshal(room.View{Schema: room.Schema, Room: "Friday", At: now, Code: room.JoinCode{Code: "KWMHTRPC", Expires: now.Add(time.Hour)}})
		if err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "event: view\ndata: %s\n\n", view)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

func TestWatchingARoom(t *testing.T) {
	board := boardOf(t, "f_right")
	address := func(host string) string { return strings.Replace(board.URL, "127.0.0.1", host, 1) }
	tests := map[string]struct {
		address  string
		flags    []string
		variable string // the secret in the environment
		file     string // and in the state folder
		mode     os.FileMode
		typed    string
		code     int
		out, err string
	}{
		"a secret in the environment": {address: board.URL, variable: "f_right\n", file: "f_other", mode: 0o600, typed: "0\n", out: "Friday: 0 people. No verdict yet.\nTo join: leakproof join " + board.URL + " KWMHTRPC\n"},
		"the file of this machine":    {address: address("localhost") + "/", file: "f_right\n", mode: 0o600, typed: "\n0\n", out: "Friday: 0 people."},
		"a file that others can read": {address: board.URL, file: "f_right", mode: 0o644, code: exitUnfit, err: "other users can read the facilitator's secret"},
		"none":                        {address: board.URL, code: exitUsage, err: "the facilitator's secret is missing: set LEAKPROOF_SECRET"},
		"not for other machines":      {address: "http://board.invalid:1", file: "f_right", mode: 0o600, code: exitUsage, err: "the facilitator's secret is missing"},
		"a wrong one":                 {address: board.URL, variable: "f_wrong", code: exitUnfit, err: "the board says: This is not the facilitator's secret. The secret came from LEAKPROOF_SECRET."},
		"no address":                  {address: "127.0.0.1:80", variable: "f_right", code: exitUsage, err: "is no address of a board"},
		"and serving":                 {address: board.URL, flags: []string{"--room", "Monday"}, code: exitUsage, err: "--watch shows a board that runs already: leave out --room=Monday"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if test.mode&0o077 != 0 && runtime.GOOS == "windows" {
				t.Skip("not run: Windows has no such modes")
			}
			c := newConsole(t, strings.NewReader(test.typed))
			getenv := c.Getenv
			c.Getenv = func(name string) string {
				if name == secretVariable {
					return test.variable
				}
				return getenv(name)
			}
			if test.file != "" {
				if err := os.WriteFile(filepath.Join(getenv("LEAKPROOF_STATE"), room.SecretFile), []byte(test.file), test.mode); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			code := Run(ctx, c.Parts, append([]string{"board", "--watch", test.address}, test.flags...))
			if code != test.code || !strings.HasPrefix(c.out.String(), test.out) || !strings.Contains(c.err.String(), test.err) || test.err == "" && c.err.Len() > 0 {
				t.Errorf("exit code %d\n%s\n%s", code, c.out.String(), c.err.String())
			}
			if strings.Contains(c.out.String()+c.err.String(), "f_") {
				t.Errorf("the secret is written: %s%s", c.out.String(), c.err.String())
			}
		})
	}
}

func TestWhichAddressesAreHere(t *testing.T) {
	for address, want := range map[string]bool{
		"http://127.0.0.1:80": true, "http://localhost": true, "http://[::1]:8080": true, "http://127.8.8.8": true,
		"http://192.0.2.7:8080": false, "https://board.example.com": false, "http://localhost.example.com": false, "http://[2001:db8::1]": false,
	} {
		if got := isHere(address); got != want {
			t.Errorf("isHere(%q) = %v", address, got)
		}
	}
}
