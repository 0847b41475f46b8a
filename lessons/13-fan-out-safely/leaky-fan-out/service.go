package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"example.com/leakproof/lessons/lab/host"
)

const shards = 4

// answer is what a shard said.
type answer struct {
	notes string
	err   error
}

func serve(ctx context.Context, s *host.Service) error {
	client := &http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	ask := func(ctx context.Context, shard int) answer { return askShard(ctx, client, s.URL("shards"), shard) }
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		notes, err := search(r.Context(), ask)
		if err != nil {
			http.Error(w, "the search failed", http.StatusBadGateway)
			return
		}
		_, _ = fmt.Fprintln(w, notes) // a client that left does not read it
	})}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	return server.Serve(s.Listener)
}

// search asks all shards at once. It returns with the first failure.
func search(ctx context.Context, ask func(context.Context, int) answer) ([]string, error) {
	ctx, done := scope(ctx)
	defer done()
	answers := newAnswers()
	for shard := range shards {
		go func() { send(ctx, answers, ask(ctx, shard)) }()
	}
	var notes []string
	for range shards {
		a := <-answers
		if a.err != nil {
			return nil, a.err // three shards have not answered yet
		}
		notes = append(notes, a.notes)
	}
	return notes, nil
}

// newAnswers is where the shards' answers come in.
func newAnswers() chan answer {
	if buffer.On() {
		return make(chan answer, shards) // no sender waits
	}
	return make(chan answer)
}

// scope is what the calls of one search end with.
func scope(ctx context.Context) (context.Context, context.CancelFunc) {
	if cancel.On() {
		return context.WithCancel(ctx) // done when search returns
	}
	return context.WithoutCancel(ctx), func() {}
}

// send hands over an answer.
func send(ctx context.Context, answers chan<- answer, a answer) {
	if listen.On() {
		select {
		case answers <- a:
		case <-ctx.Done(): // nobody waits for it any more
		}
		return
	}
	answers <- a
}

func askShard(ctx context.Context, client *http.Client, shards string, shard int) answer {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/%d", shards, shard), nil)
	if err != nil {
		return answer{err: err}
	}
	resp, err := client.Do(req)
	if err != nil {
		return answer{err: err}
	}
	defer func() { _ = resp.Body.Close() }()
	notes, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("shard %d: %s", shard, resp.Status)
	}
	return answer{string(notes), err}
}
