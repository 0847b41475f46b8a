package relay_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"example.com/leakproof/internal/team/relay"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/team/room/roomtest"
)

// The relay is built from what is embedded, once, and again where it is not as it was built.
func TestTheRelayIsBuiltWhereItIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "cache")
	var builds atomic.Int32
	ready := func(p *relay.Program) error { return p.Ready(t.Context(), func() { builds.Add(1) }) }
	p := relay.New(dir)

	var two errgroup.Group
	for range 2 {
		two.Go(func() error { return ready(relay.New(dir)) })
	}
	if err := two.Wait(); err != nil || builds.Load() != 1 {
		t.Fatalf("%d builds, %v", builds.Load(), err)
	}
	board := &roomtest.Board{}
	address := serve(t, board.ServeHTTP)
	if _, err := room.NewClient(address, "", p).Join(t.Context(), room.JoinRequest{Code: roomtest.Code}); err != nil {
		t.Error(err)
	}
	recent, old := filepath.Join(dir, "relay-other.exe"), filepath.Join(dir, "relay-old.exe.sha256")
	monthsAgo := time.Now().Add(-100 * 24 * time.Hour)
	for _, file := range []string{recent, old} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Chtimes(old, monthsAgo, monthsAgo), os.Chtimes(p.File, monthsAgo, monthsAgo)); err != nil {
		t.Fatal(err)
	}
	if err := ready(p); err != nil || builds.Load() != 1 {
		t.Errorf("it was there: %d builds, %v", builds.Load(), err)
	}
	wantFiles(t, dir, filepath.Base(p.File), filepath.Base(p.File)+".sha256", "building.lock", filepath.Base(recent), filepath.Base(old))

	for what, damage := range map[string]func() error{
		"cut":     func() error { return os.Truncate(p.File, 100) },
		"deleted": func() error { return os.Remove(p.File) },
		"no sum":  func() error { return os.Remove(p.File + ".sha256") },
		"a mode":  func() error { return os.Chmod(p.File, 0o600) },
		"killed while it was built": func() error {
			return errors.Join(os.Remove(p.File), os.MkdirAll(filepath.Join(dir, "building", "internal"), 0o700))
		},
	} {
		if what == "a mode" && runtime.GOOS == "windows" {
			continue
		}
		builds.Store(0)
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if err := room.NewClient(address, "token-1", p).Send(t.Context(), someEvents); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if err := ready(p); err != nil || builds.Load() != 0 {
			t.Errorf("%s: it was not built again", what)
		}
	}
	wantFiles(t, dir, filepath.Base(p.File), filepath.Base(p.File)+".sha256", "building.lock", filepath.Base(recent))
}

func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, e := range entries {
		names[e.Name()] = true
	}
	for _, name := range want {
		if !names[name] {
			t.Errorf("%s is missing", name)
		}
		delete(names, name)
	}
	if len(names) > 0 {
		t.Errorf("left: %v", names)
	}
}

func TestABuildThatIsCancelledLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	if err := relay.New(dir).Ready(ctx, cancel); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	wantFiles(t, dir, "building.lock")
}

func TestWhatKeepsItFromBeingBuiltIsSaid(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := relay.New(file).Ready(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "XDG_CACHE_HOME") {
		t.Errorf("no folder: %v", err)
	}
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	const want = "what talks to the board cannot be built: the go command is not in PATH; install Go from https://go.dev/dl/ and open a new terminal"
	err := room.NewClient("http://board.test", "token-1", relay.New(dir)).Send(t.Context(), someEvents)
	var f *room.Failure
	if !errors.As(err, &f) || f.Says != want {
		t.Errorf("no go command: %v", err)
	}
	wantFiles(t, dir, "building.lock")
}
