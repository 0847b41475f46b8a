package tree

import "context"

// requestIDKey is private to this package, so no other key equals it.
type requestIDKey struct{}

// WithRequestID returns a context that carries id.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

// RequestID returns the id that ctx carries, or "-" for the log.
func RequestID(ctx context.Context) string {
	if id, ok := ctx.Value(requestIDKey{}).(string); ok {
		return id
	}
	return "-"
}

type dryRunKey struct{}

// WithDryRun makes PurgeNaive keep what it would delete.
func WithDryRun(ctx context.Context) context.Context {
	return context.WithValue(ctx, dryRunKey{}, true)
}

// A Delete removes one note for good.
type Delete func(ctx context.Context, id string) error

// PurgeNaive deletes a note, unless ctx says that it's a dry run.
func PurgeNaive(ctx context.Context, id string, del Delete) error {
	if dry, _ := ctx.Value(dryRunKey{}).(bool); dry {
		return nil
	}
	return del(ctx, id)
}

// A Mode says what Purge does.
type Mode int

// The modes. The zero Mode deletes nothing.
const (
	DryRun Mode = iota
	ForReal
)

// Purge deletes a note, unless mode says that it's a dry run.
func Purge(ctx context.Context, mode Mode, id string, del Delete) error {
	if mode == ForReal {
		return del(ctx, id)
	}
	return nil
}
