// Lostanswer saves a note over a connection that breaks after the insert:
// first with a plain insert that's retried, then with one under a key.
package main

import (
	"context"
	"fmt"
	"time"

	layers "example.com/leakproof/lessons/10-handler-service-store"
)

func main() {
	ctx := context.Background()
	retry := layers.Retry{Tries: 4, Try: time.Second, Wait: 50 * time.Millisecond, Jitter: layers.HalfAndHalf}
	key := layers.Key{User: "ann", Name: "k1"}
	note := layers.Note{ID: "1", Title: "Buy milk"}

	plain := &layers.MemDB{Lost: 2}
	err := (&layers.PlainStore{DB: plain, Retry: retry}).Add(ctx, key, note)
	fmt.Println("plain insert, two answers lost")
	fmt.Printf("  error %v, notes in the database: %d\n", err, plain.Rows())

	keyed := &layers.MemDB{Lost: 2}
	_, err = (&layers.DBStore{DB: keyed, Retry: retry}).PutOnce(ctx, key, note)
	fmt.Println("insert under a key, two answers lost")
	fmt.Printf("  error %v, notes in the database: %d\n", err, keyed.Rows())
}
