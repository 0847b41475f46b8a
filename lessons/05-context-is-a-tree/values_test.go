package tree

import (
	"context"
	"runtime"
	"testing"
	"weak"
)

func TestTheRequestIDTravelsDownOnly(t *testing.T) {
	request, leave := context.WithCancel(t.Context())
	defer leave()
	below := WithRequestID(request, "4KQX")
	call, cancel := context.WithCancel(below)
	defer cancel()
	if got := RequestID(call); got != "4KQX" {
		t.Errorf("below: %q, want 4KQX", got)
	}
	if got := RequestID(request); got != "-" {
		t.Errorf("above: %q, want none", got)
	}
	nearer := WithRequestID(call, "J2MN")
	if got := RequestID(nearer); got != "J2MN" {
		t.Errorf("the nearest one counts: %q, want J2MN", got)
	}
}

// The job queue runs its jobs under a context of its own. The purge still
// compiles there, and the mode is gone.
func TestTheModeGetsLost(t *testing.T) {
	old := []string{"8c1f", "02ab", "77d0"}
	deleted := 0
	del := func(context.Context, string) error { deleted++; return nil }

	admin := WithDryRun(t.Context())
	if n, err := PurgeNaive(admin, old, del); n != 3 || deleted != 0 || err != nil {
		t.Errorf("called directly: %d, %v, %d deleted", n, err, deleted)
	}
	queue := t.Context()
	job := func(ctx context.Context) (int, error) { return PurgeNaive(ctx, old, del) }
	if n, err := job(queue); n != 3 || deleted != 3 || err != nil {
		t.Errorf("called by the queue: %d, %v, %d deleted, want the accident: 3", n, err, deleted)
	}
}

func TestTheModeIsAParameter(t *testing.T) {
	old := []string{"8c1f", "02ab", "77d0"}
	for mode, want := range map[Mode]int{CountOnly: 0, DeleteThem: 3} {
		deleted := 0
		n, err := Purge(t.Context(), mode, old, func(context.Context, string) error { deleted++; return nil })
		if n != 3 || deleted != want || err != nil {
			t.Errorf("mode %d: %d, %v, %d deleted, want %d", mode, n, err, deleted, want)
		}
	}
}

type payloadKey struct{}

// withPayload returns a context that carries 1 MiB, and nothing else that
// holds on to it.
func withPayload(ctx context.Context) (context.Context, weak.Pointer[[1 << 20]byte]) {
	payload := new([1 << 20]byte)
	return context.WithValue(ctx, payloadKey{}, payload), weak.Make(payload)
}

func TestAContextKeepsItsPayload(t *testing.T) {
	ctx, payload := withPayload(t.Context())
	call, cancel := context.WithCancel(ctx)
	defer cancel()
	runtime.GC() // nobody uses ctx from here on, only what is below it
	if payload.Value() == nil {
		t.Error("the payload was collected, want it held by the context below")
	}
	runtime.KeepAlive(call)
}
