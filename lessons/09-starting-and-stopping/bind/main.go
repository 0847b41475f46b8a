// Bind starts two services on an address that's taken. One logs the error and
// waits for its signal, the other exits and says why.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	lifecycle "example.com/leakproof/lessons/09-starting-and-stopping"
)

func main() {
	var lc net.ListenConfig
	taken, err := lc.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println("no loopback address:", err)
		return
	}
	defer func() { _ = taken.Close() }()
	addr := taken.Addr().String()

	ctx, cancel := context.WithTimeout(context.Background(), 700*time.Millisecond)
	defer cancel()
	start := time.Now()
	log := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			switch a.Key {
			case slog.TimeKey:
				return slog.Attr{}
			case "error":
				return slog.String("error", "the address is taken")
			}
			return a
		},
	}))
	err = lifecycle.ServeAndLog(ctx, &http.Server{Addr: addr}, log)
	waited := time.Since(start) >= 700*time.Millisecond
	fmt.Printf("log and wait: waited for the signal %v, returned an error %v\n\n", waited, err != nil)

	_, err = lc.Listen(context.Background(), "tcp", addr)
	fmt.Printf("bind first:   had the error at once, before any start: %v\n", err != nil)
}
