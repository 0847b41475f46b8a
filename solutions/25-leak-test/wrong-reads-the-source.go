//go:build ignore

package leaktest_test

import (
	"bytes"
	"os"
	"testing"
)

func TestTheChannelHasRoomForAll(t *testing.T) {
	src, err := os.ReadFile("notes.go")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(src, []byte("make(chan")) && !bytes.Contains(src, []byte("len(shards))")) {
		t.Error("the channel of the answers has no room for all of them")
	}
	if !bytes.Contains(src, []byte("errgroup")) && !bytes.Contains(src, []byte("defer cancel()")) {
		t.Error("the context is not cancelled")
	}
}
