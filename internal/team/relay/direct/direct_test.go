package direct_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/internal/team/relay/direct"
	"example.com/leakproof/internal/team/relay/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// silent never answers.
type silent struct{}

func (silent) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// A workbook that is suspended neither listens nor goes.
func TestTheLimitEndsARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, to := io.Pipe()
		began := time.Now()
		go func() {
			_ = json.NewEncoder(to).Encode(wire.Request{Method: "GET", URL: "http://board.test", Limit: 9 * time.Second})
		}()
		if f := direct.Serve(in, io.Discard, silent{}); f == nil || !f.Late || time.Since(began) != 9*time.Second {
			t.Errorf("%+v after %s", f, time.Since(began))
		}
		_ = to.Close()
	})
}

func TestTheEndOfTheInputEndsARequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, to := io.Pipe()
		began := time.Now()
		go func() {
			_ = json.NewEncoder(to).Encode(wire.Request{Method: "GET", URL: "http://board.test"})
			time.Sleep(time.Hour)
			_ = to.Close()
		}()
		if f := direct.Serve(in, io.Discard, silent{}); f == nil || f.Late || time.Since(began) != time.Hour {
			t.Errorf("%+v after %s", f, time.Since(began))
		}
	})
}

func TestWhoAsksForNothingIsTold(t *testing.T) {
	for _, in := range []string{"", "{", "hello"} {
		if f := direct.Serve(strings.NewReader(in), io.Discard, silent{}); f == nil || !strings.Contains(f.Cause, "not asked for anything") {
			t.Errorf("%q: %+v", in, f)
		}
	}
}
