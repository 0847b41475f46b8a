package main

import (
	"math"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limiter holds one limit a key, such as a token or an address. Keys that have
// not been used for a while are forgotten.
type limiter[K comparable] struct {
	each  rate.Limit
	burst int

	mu    sync.Mutex
	keys  map[K]*rate.Limiter
	sweep int // how many keys there are when the unused are forgotten next
}

const sweepAt = 1_000

func newLimiter[K comparable](each rate.Limit, burst int) *limiter[K] {
	return &limiter[K]{each: each, burst: burst, keys: map[K]*rate.Limiter{}, sweep: sweepAt}
}

// wait is how long a key has to wait before its next request, 0 if that may go
// ahead.
func (l *limiter[K]) wait(key K, now time.Time) time.Duration { return l.spend(key, now, 1) }

// blocked is the same, without counting the request.
func (l *limiter[K]) blocked(key K, now time.Time) time.Duration { return l.spend(key, now, 0) }

func (l *limiter[K]) spend(key K, now time.Time, n int) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	one := l.keys[key]
	if one == nil {
		if len(l.keys) >= l.sweep {
			l.forget(now)
		}
		one = rate.NewLimiter(l.each, l.burst)
		l.keys[key] = one
	}
	if left := one.TokensAt(now); left < 1 {
		return time.Duration(math.Ceil((1-left)/float64(l.each))) * time.Second
	}
	one.AllowN(now, n)
	return 0
}

// forget drops the keys whose limit is whole again: they are as good as new.
func (l *limiter[K]) forget(now time.Time) {
	for key, one := range l.keys {
		if one.TokensAt(now) >= float64(l.burst) {
			delete(l.keys, key)
		}
	}
	l.sweep = max(sweepAt, 2*len(l.keys))
}

// retryAfter is the value of the header.
func retryAfter(wait time.Duration) string {
	return strconv.Itoa(max(1, int(math.Ceil(wait.Seconds()))))
}
