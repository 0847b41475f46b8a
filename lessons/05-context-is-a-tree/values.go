package tree

import "context"

// requestIDKey is a type of our own: nobody else has this key.
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

// WithDryRun makes PurgeNaive count instead of delete.
func WithDryRun(ctx context.Context) context.Context {
	return context.WithValue(ctx, dryRunKey{}, true)
}

// A Delete removes one note for good.
type Delete func(ctx context.Context, id string) error

// PurgeNaive deletes old notes and returns how many there were.
func PurgeNaive(
	ctx context.Context, old []string, del Delete,
) (n int, err error) {
	dry, _ := ctx.Value(dryRunKey{}).(bool)
	for _, id := range old {
		if !dry {
			if err := del(ctx, id); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, nil
}

// A Mode says what Purge does with what it finds.
type Mode int

// The modes. The zero Mode deletes nothing.
const (
	CountOnly Mode = iota
	DeleteThem
)

// Purge deletes old notes, or counts them, as mode says.
func Purge(
	ctx context.Context, mode Mode, old []string, del Delete,
) (n int, err error) {
	for _, id := range old {
		if mode == DeleteThem {
			if err := del(ctx, id); err != nil {
				return n, err
			}
		}
		n++
	}
	return n, nil
}
