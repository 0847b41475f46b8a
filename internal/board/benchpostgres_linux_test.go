package main

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

// BenchmarkPostgres is what an event of many people costs on PostgreSQL, in
// transactions of 20 and 200: the processor's time of the board and of the
// server, which has to run on this machine, and the time that it takes.
func BenchmarkPostgres(b *testing.B) {
	for _, size := range []int{20, 200} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			database := postgres(b)
			s, err := openStore(b.Context(), database)
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() {
				if err := s.close(); err != nil {
					b.Error(err)
				}
			})
			i, err := s.openRoom(b.Context(), "Bench", hashOf("secret"), time.Now())
			if err != nil {
				b.Fatal(err)
			}
			numbers := crowd(b, s, i.id, 1_000)
			n, stands := 0, map[int64]standing{}
			batch := func() {
				var all []*request
				for range size {
					who := numbers[n%len(numbers)]
					p := &post{person: who, known: stands[who], events: []room.Event{verdict(n, fmt.Sprintf("%02d-kata", n/len(numbers)%5), "fail", "a", "b")}}
					all = append(all, &request{post: p, kept: func() {}, done: make(chan error, 1)})
					n++
				}
				if err := s.keep(b.Context(), i.id, all); err != nil {
					b.Fatal(err)
				}
				for _, r := range all {
					if err := <-r.done; err != nil {
						b.Fatal(err)
					}
					stands[r.post.person] = *r.post.after
				}
			}
			for n < 5*len(numbers) { // everybody is in five katas
				batch()
			}
			board, server := spent(b, s)
			began := n
			for b.Loop() {
				batch()
			}
			boardNow, serverNow := spent(b, s)
			events := float64(n - began)
			b.ReportMetric(float64((boardNow-board).Microseconds())/events, "board-µs/event")
			b.ReportMetric(float64((serverNow-server).Microseconds())/events, "server-µs/event")
			b.ReportMetric(float64(b.Elapsed().Microseconds())/events, "µs/event")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// crowd are the numbers of people who join.
func crowd(b *testing.B, s *store, roomID int64, n int) []int64 {
	b.Helper()
	var all []*request
	for range n {
		p := &person{id: newID(), name: room.Pseudonym(), token: hashOf(newSecret("t_")), standing: standing{katas: map[string]*kata{}}}
		all = append(all, &request{join: p, kept: func() {}, done: make(chan error, 1)})
	}
	if err := s.keep(b.Context(), roomID, all); err != nil {
		b.Fatal(err)
	}
	var numbers []int64
	for _, r := range all {
		numbers = append(numbers, r.join.number)
	}
	return numbers
}

// spent is the processor's time of this process, and of the server's processes
// that it talks to.
func spent(b *testing.B, s *store) (board, server time.Duration) {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	rows, err := s.read.QueryContext(context.Background(), `SELECT pid FROM pg_stat_activity WHERE datname = current_database()`)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		pid := 0
		if err := rows.Scan(&pid); err != nil {
			b.Fatal(err)
		}
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			b.Skipf("not run: the server is on another machine: %v", err)
		}
		fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
		for _, field := range fields[11:13] { // in user and in system mode, in hundredths of a second
			ticks, err := strconv.Atoi(field)
			if err != nil {
				b.Fatal(err)
			}
			server += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), server
}
