// Roots lets three handlers respond at once and then send an email that takes
// 200 ms, each with a different context, and shows what became of the email.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	questions "example.com/leakproof/lessons/16-questions-people-ask"
)

func main() {
	share := questions.NewShare(mail, slog.New(slog.DiscardHandler))
	for _, try := range []struct {
		name  string
		share http.HandlerFunc
	}{
		{"r.Context()", share.OnRequest},
		{"context.Background()", share.OnBackground},
		{"Detach(r.Context(), 10 s)", share.Detached},
	} {
		fmt.Printf("%-26s ", try.name)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			try.share(w, r.WithContext(questions.WithTrace(r.Context(), "4bf9")))
		}))
		res, err := http.Post(server.URL, "", nil)
		if err != nil {
			fmt.Println(err)
			continue
		}
		_ = res.Body.Close()
		share.Wait()
		server.Close()
	}
}

func mail(ctx context.Context) error {
	select {
	case <-time.After(200 * time.Millisecond):
		fmt.Printf("trace=%-5q sent\n", questions.TraceOf(ctx))
		return nil
	case <-ctx.Done():
		fmt.Printf("trace=%-5q not sent: %v\n", questions.TraceOf(ctx), ctx.Err())
		return ctx.Err()
	}
}
