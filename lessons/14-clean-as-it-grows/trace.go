package conventions

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"regexp"
)

type requestIDKey struct{} // no other package can make one

func withRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestIDKey{}, id)
}

func requestID(ctx context.Context) (id string, ok bool) {
	id, ok = ctx.Value(requestIDKey{}).(string)
	return id, ok
}

// idHeader carries the id between services.
const idHeader = "X-Request-Id"

var soundID = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// correlate gives each request its id before anything else runs.
func correlate(next http.Handler) http.Handler {
	h := func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(idHeader)
		if !soundID.MatchString(id) {
			id = rand.Text()
		}
		w.Header().Set(idHeader, id)
		ctx := withRequestID(r.Context(), id)
		next.ServeHTTP(w, r.WithContext(ctx))
	}
	return http.HandlerFunc(h)
}

// IDLog adds the request's id to every line of a log.
type IDLog struct{ slog.Handler }

// Handle writes one line.
func (h IDLog) Handle(ctx context.Context, r slog.Record) error {
	if id, ok := requestID(ctx); ok {
		r.AddAttrs(slog.String("request_id", id))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs is what log.With calls.
func (h IDLog) WithAttrs(attrs []slog.Attr) slog.Handler {
	return IDLog{h.Handler.WithAttrs(attrs)}
}

// WithGroup is what log.WithGroup calls.
func (h IDLog) WithGroup(name string) slog.Handler {
	return IDLog{h.Handler.WithGroup(name)}
}

// IDCalls sends the request's id with every call to another service.
type IDCalls struct{ http.RoundTripper }

// RoundTrip makes one call.
func (t IDCalls) RoundTrip(r *http.Request) (*http.Response, error) {
	if id, ok := requestID(r.Context()); ok {
		r = r.Clone(r.Context()) // the caller's request stays as it is
		r.Header.Set(idHeader, id)
	}
	return t.RoundTripper.RoundTrip(r)
}

type userKey struct{}

// signIn says who is asking, if that is known.
func signIn(sessions map[string]string, next http.Handler) http.Handler {
	h := func(w http.ResponseWriter, r *http.Request) {
		if user, ok := sessions[r.Header.Get("Authorization")]; ok {
			r = r.WithContext(context.WithValue(r.Context(), userKey{}, user))
		}
		next.ServeHTTP(w, r)
	}
	return http.HandlerFunc(h)
}

func signedIn(ctx context.Context) (user string, ok bool) {
	user, ok = ctx.Value(userKey{}).(string)
	return user, ok
}
