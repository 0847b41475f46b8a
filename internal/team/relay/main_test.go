package relay_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/team/relay/relaytest"
	"example.com/leakproof/internal/team/relay/wire"
)

// Roles that the test's own binary plays when it is started again.
const (
	fakeRelay    = "RELAY_TEST_FAKE"     // what it says
	fakeWorkbook = "RELAY_TEST_WORKBOOK" // whom it asks
)

// built is the relay as the tests are built.
var built relay.Process

func TestMain(m *testing.M) {
	if said := os.Getenv(fakeRelay); said != "" {
		playRelay(said)
	}
	if board := os.Getenv(fakeWorkbook); board != "" {
		_, err := relay.Process{File: os.Getenv("RELAY_TEST_FILE")}.Do(context.Background(), wire.Request{Method: "GET", URL: board})
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	dir, err := os.MkdirTemp("", "leakproof-relay-")
	if err == nil {
		built, err = relaytest.Build(dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		_ = os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// playRelay is a relay that is none.
func playRelay(said string) {
	switch said {
	case "what it is started with":
		fmt.Println(`{"status":200}`)
		fmt.Println(strings.Join(append(os.Args, os.Environ()...), "\n"))
	case "a panic":
		fmt.Fprintln(os.Stderr, "panic: no memory\n\ngoroutine 1 [running]:")
		os.Exit(2)
	case "a long head":
		fmt.Print(strings.Repeat("x", 1<<20))
	case "nothing":
		time.Sleep(time.Hour) // until it is killed
	default:
		fmt.Println(said)
	}
	os.Exit(0)
}
