package sixmistakes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// maxCalendar is in bytes.
const maxCalendar = 1 << 20

var errLarge = errors.New("calendar: too large")

// A Dial opens a connection.
type Dial func(ctx context.Context, network, addr string) (net.Conn, error)

// HeaderClient has a limit for each step that comes to mind.
func HeaderClient(dial Dial, d time.Duration) *http.Client {
	return &http.Client{Transport: &http.Transport{
		DialContext:           within(d, dial),
		TLSHandshakeTimeout:   d,
		ResponseHeaderTimeout: d,
	}}
}

// within gives a dial the limit d.
func within(d time.Duration, dial Dial) Dial {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, d)
		defer cancel() // the connection does not end with it
		return dial(ctx, network, addr)
	}
}

// Calendar fetches a calendar and spends at most d, the body included.
func Calendar(ctx context.Context, client *http.Client, url string,
	d time.Duration) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel() // after the last byte, not after Do
	return Read(ctx, client, url)
}

// Read fetches url for as long as ctx and the client allow.
func Read(ctx context.Context, client *http.Client, url string,
) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	res, err := client.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }() // read-only: nothing to lose
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("calendar: status %d", res.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxCalendar+1))
	if err != nil {
		return nil, err
	}
	if len(body) > maxCalendar {
		return nil, errLarge
	}
	return body, nil
}

// WholeClient has one limit, from the dial to the last byte of the body.
func WholeClient(dial Dial, d time.Duration) *http.Client {
	client := HeaderClient(dial, d)
	client.Timeout = d
	return client
}
