package questions

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"

	"example.com/leakproof/lessons/internal/pipenet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// serve runs h for one bubble and returns its server and a client.
func serve(t *testing.T, h http.Handler) (*http.Server, *http.Client) {
	t.Helper()
	srv := &http.Server{Handler: h}
	tr := &http.Transport{DialContext: pipenet.Serve(t, srv).Dial}
	t.Cleanup(tr.CloseIdleConnections)
	return srv, &http.Client{Transport: tr}
}
