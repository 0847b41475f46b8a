// Package direct makes requests to a board over the network. The workbook does not link it: what it needs of the standard library
// would make it slow to build, so it runs it in a process of its own. Like package wire it imports nothing of ours but that.
package direct

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"example.com/leakproof/internal/team/relay/wire"
)

// Transport is how requests travel: through the proxy that the environment names, and with bounds for everything that a board could
// draw out.
func Transport() *http.Transport {
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:    5 * time.Second,
		MaxResponseHeaderBytes: 64 << 10,
		DisableCompression:     true, // a bound for what is read holds for what it unpacks to
		ForceAttemptHTTP2:      true,
	}
}

// Serve makes the request that in begins with, and writes its answer to out. No redirect is followed: what is sent goes to the
// address that the learner agreed to, and the token to nobody else. When in ends, so does the request.
func Serve(in io.Reader, out io.Writer, transport http.RoundTripper) *wire.Failure {
	var r wire.Request
	if err := json.NewDecoder(in).Decode(&r); err != nil {
		return &wire.Failure{Cause: "the relay was not asked for anything: " + err.Error()}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	if r.Limit > 0 {
		ctx, cancel = context.WithTimeout(ctx, r.Limit)
		defer cancel()
	}
	go func() { // ends with in
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	if err := answer(ctx, r, out, transport); err != nil {
		var late interface{ Timeout() bool }
		return &wire.Failure{Cause: cause(err), Late: errors.As(err, &late) && late.Timeout()}
	}
	return nil
}

func answer(ctx context.Context, r wire.Request, out io.Writer, transport http.RoundTripper) error {
	request, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return err
	}
	for name, value := range r.Header {
		request.Header.Set(name, value)
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }() // it was read, or nobody wants the rest
	head := wire.Answer{Status: response.StatusCode, Header: map[string]string{}}
	for _, name := range wire.Headers {
		if value := response.Header.Get(name); value != "" {
			head.Header[name] = value[:min(len(value), wire.MaxHeader)]
		}
	}
	if err := json.NewEncoder(out).Encode(head); err != nil {
		return err
	}
	_, err = io.Copy(out, response.Body)
	return err
}

// cause is what went wrong with a connection, without what the sentence around it says.
func cause(err error) string {
	var call *os.SyscallError
	var operation *net.OpError
	var request *url.Error
	switch {
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "the proxy on the way there: " + operation.Err.Error()
	case errors.As(err, &call):
		return call.Err.Error()
	case errors.As(err, &operation):
		return operation.Err.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return wire.Ended
	case errors.As(err, &request):
		return request.Err.Error()
	}
	return err.Error()
}
