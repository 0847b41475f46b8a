package lifetimes_test

import (
	"net"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"

	lifetimes "example.com/leakproof/lessons/03-goroutines-that-end"
)

// threadsFor starts n goroutines and returns by how much the number of OS
// threads has grown when all of them wait. Then it calls release and joins them.
func threadsFor(n int, wait, release func()) (grown int) {
	_, before := lifetimes.Scheduled()
	var all sync.WaitGroup
	for range n {
		all.Go(wait)
	}
	waiting, threads := 0, 0
	for waiting < n { // until they have come to their wait
		runtime.Gosched()
		waiting, threads = lifetimes.Scheduled()
	}
	release()
	all.Wait()
	return threads - before
}

func TestTenThousandWaitOnAFewThreads(t *testing.T) {
	var before, during runtime.MemStats
	runtime.ReadMemStats(&before)
	open := make(chan struct{})
	grown := threadsFor(10_000, func() { <-open }, func() {
		runtime.ReadMemStats(&during)
		close(open)
	})
	if grown > 50 {
		t.Errorf("%d more threads for 10,000 goroutines, want a few", grown)
	}
	if each := int64(during.StackInuse-before.StackInuse) / 10_000; each > 8<<10 {
		t.Errorf("%d bytes of stack each, want some 2 KiB", each)
	}
}

func TestAWaitForTheNetworkHoldsNoThread(t *testing.T) {
	const n = 100
	ln, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	clients, ends := make(chan net.Conn, n), make([]net.Conn, 0, 2*n)
	for range n {
		client, err := new(net.Dialer).DialContext(t.Context(), "tcp", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		server, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		clients <- client
		ends = append(ends, client, server)
	}
	grown := threadsFor(n, func() { _, _ = (<-clients).Read(make([]byte, 1)) }, func() {
		for _, end := range ends {
			_ = end.Close()
		}
	})
	_ = ln.Close()
	if grown > n/2 {
		t.Errorf("%d more threads for %d goroutines that wait for the network", grown, n)
	}
}

// A goroutine that is locked to its thread keeps it while it waits, as one in
// a system call or in C does.
func TestABlockedThreadIsOneMore(t *testing.T) {
	const n = 100
	open := make(chan struct{})
	all := 0
	var held sync.WaitGroup
	held.Add(n)
	threadsFor(n, func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		held.Done()
		<-open
	}, func() {
		held.Wait()
		_, all = lifetimes.Scheduled()
		close(open)
	})
	if all <= n {
		t.Errorf("%d threads while %d are held, want one more at least", all, n)
	}
}

func TestThreadsHaveALimit(t *testing.T) {
	limit := debug.SetMaxThreads(10_000)
	debug.SetMaxThreads(limit)
	if limit != 10_000 {
		t.Errorf("the limit is %d, want 10,000", limit)
	}
}
