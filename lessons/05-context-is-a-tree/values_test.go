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

// The job queue runs its jobs under its own context. The purge still
// compiles there, and the mode is gone.
func TestTheModeGetsLost(t *testing.T) {
	deleted := 0
	del := func(context.Context, string) error { deleted++; return nil }

	admin := WithDryRun(t.Context())
	if err := PurgeNaive(admin, "8c1f", del); deleted != 0 || err != nil {
		t.Errorf("called directly: %d deleted, %v", deleted, err)
	}
	queue := t.Context()
	job := func(ctx context.Context) error { return PurgeNaive(ctx, "8c1f", del) }
	if err := job(queue); deleted != 1 || err != nil {
		t.Errorf("called by the queue: %d deleted, %v, want the accident: 1", deleted, err)
	}
}

func TestTheModeIsAParameter(t *testing.T) {
	for mode, want := range map[Mode]int{DryRun: 0, ForReal: 1} {
		deleted := 0
		err := Purge(t.Context(), mode, "8c1f", func(context.Context, string) error { deleted++; return nil })
		if deleted != want || err != nil {
			t.Errorf("mode %d: %d deleted, %v, want %d", mode, deleted, err, want)
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
	runtime.GC() // ctx is not used any more, only what is below it
	if payload.Value() == nil {
		t.Error("the payload was collected, want it held by the context below")
	}
	runtime.KeepAlive(call)
}
