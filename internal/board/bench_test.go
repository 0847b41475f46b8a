package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"

	"example.com/leakproof/internal/team/boardflags"
	"example.com/leakproof/internal/team/room"
)

// BenchmarkPost shows what a transaction for many is worth: how long one event
// takes to be on the disk where one client sends, and where a hundred do.
func BenchmarkPost(b *testing.B) {
	for _, clients := range []int{1, 100} {
		b.Run(fmt.Sprint(clients), func(b *testing.B) {
			l := benchRoom(b, clients)
			var n, who atomic.Int64
			people := l.sorted()
			b.SetParallelism(clients)
			b.RunParallel(func(pb *testing.PB) {
				p := people[int(who.Add(1))%len(people)]
				for pb.Next() {
					if err := l.take(b.Context(), p, []room.Event{verdict(int(n.Add(1)), "01-loop", "fail", "a")}); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkView is a room of 5,000 with ten katas each.
func BenchmarkView(b *testing.B) {
	l := benchRoom(b, 0)
	for i := range 5_000 {
		p := &person{number: int64(i), id: newID(), name: room.Pseudonym(), standing: standing{katas: map[string]*kata{}}}
		for k := range 10 {
			p.take(verdict(k, fmt.Sprint("kata-", k), "fail", fmt.Sprint("belief-", k), "b"), 1, p.joined)
		}
		l.people[p.number] = p
	}
	for b.Loop() {
		if v := l.view(); len(v.People) != 5_000 {
			b.Fatal(len(v.People))
		}
	}
}

// benchRoom is a room in a SQLite file whose writer runs.
func benchRoom(b *testing.B, people int) *live {
	b.Helper()
	file := filepath.Join(b.TempDir(), "board.db")
	s, err := openStore(b.Context(), file)
	if err != nil {
		b.Fatal(err)
	}
	l, _, err := openRoom(b.Context(), s, options{Options: boardflags.Options{Room: "Bench"}}, filepath.Join(b.TempDir(), "secret"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(ctx)
	}()
	b.Cleanup(func() {
		cancel()
		<-ended
		if err := s.close(); err != nil {
			b.Error(err)
		}
	})
	for range people {
		if err := l.enter(b.Context(), &person{id: newID(), name: room.Pseudonym(), token: hashOf(newSecret("t_")), standing: standing{katas: map[string]*kata{}}}); err != nil {
			b.Fatal(err)
		}
	}
	return l
}
