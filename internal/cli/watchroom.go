package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/charmbracelet/x/term"

	"example.com/leakproof/internal/plain"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/tui"
	"example.com/leakproof/internal/tui/page"
)

// secretVariable names the facilitator's secret in the environment.
const secretVariable = "LEAKPROOF_SECRET"

// watchRoom shows the room of the board at an address, as its page does.
func (a *app) watchRoom(ctx context.Context, given string) error {
	address, err := room.Address(given)
	if err != nil {
		return usage("%w", err)
	}
	secret, from, err := a.boardSecret(ctx, address)
	if err != nil {
		return err
	}
	if err := a.readyRelay(ctx); err != nil {
		return err
	}
	client := room.NewClient(address, secret, a.Relay)
	if a.inLines() {
		lines := plain.RoomLines{Out: a.Stdout, Address: address, Watch: client.Watch}
		if !isNothing(a.Stdin) {
			lines.In = a.Stdin
		}
		return notWatched(plain.WatchRoom(ctx, lines), from)
	}
	look, err := a.screenOptions(page.Route{})
	if err != nil {
		return err
	}
	return notWatched(tui.WatchRoom(ctx, tui.RoomOptions{Input: a.Stdin, Output: a.Stdout, Look: look, Address: address, Watch: client.Watch}), from)
}

// notWatched adds to the refusal of a board where the secret came from.
func notWatched(err error, from string) error {
	if failure, ok := errors.AsType[*room.Failure](err); ok {
		if failure.Unknown() {
			return fmt.Errorf("%w The secret came from %s.", err, from) //nolint:staticcheck // it follows a sentence of the board
		}
		return fmt.Errorf("%w: check the address", err)
	}
	return err
}

// boardSecret is the facilitator's secret and where it came from: the environment, the file that a board on this machine has left,
// or what is typed, without an echo. It is never an argument, which other users of the machine could see, and the file of this
// machine's board is for no other machine.
func (a *app) boardSecret(ctx context.Context, address string) (secret, from string, err error) {
	if secret := strings.TrimSpace(a.Getenv(secretVariable)); secret != "" {
		return secret, secretVariable, nil
	}
	state, err := a.state()
	if err != nil {
		return "", "", err
	}
	file := filepath.Join(state, room.SecretFile)
	if isHere(address) {
		if secret, err := readSecretFile(file); secret != "" || err != nil {
			return secret, file, err
		}
	}
	stdin, ok := a.Stdin.(*os.File)
	if !ok || !term.IsTerminal(stdin.Fd()) {
		return "", "", usage("the facilitator's secret is missing: set %s to what the board printed. On the board's machine it is read from %s", secretVariable, file)
	}
	if room.Readable(address) {
		a.tell(errors.New("the connection is not encrypted (http): whoever is on the network can read the secret"))
	}
	_, _ = fmt.Fprint(a.Stderr, "The facilitator's secret, which the board printed (nothing shows while you type): ")
	secret, err = readHidden(ctx, stdin.Fd())
	_, _ = fmt.Fprintln(a.Stderr)
	switch {
	case ctx.Err() != nil:
		return "", "", ctx.Err()
	case err != nil:
		return "", "", fmt.Errorf("the secret cannot be read (%w): set %s", err, secretVariable)
	case secret == "":
		return "", "", usage("no secret was typed: the board printed it when it started, or in which file it is")
	}
	return secret, "what you typed", nil
}

// readHidden reads a line from a terminal without an echo. When ctx ends, the terminal is as it was, and the read ends with the
// process.
func readHidden(ctx context.Context, terminal uintptr) (string, error) {
	before, err := term.GetState(terminal)
	if err != nil {
		return "", err
	}
	type line struct {
		text []byte
		err  error
	}
	read := make(chan line, 1)
	go func() {
		text, err := term.ReadPassword(terminal)
		read <- line{text, err}
	}()
	select {
	case typed := <-read:
		return strings.TrimSpace(string(typed.text)), typed.err
	case <-ctx.Done():
		return "", term.Restore(terminal, before)
	}
}

// readSecretFile is the secret in a file that only its owner can read; "" where there is none.
func readSecretFile(file string) (string, error) {
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("other users can read the facilitator's secret in %s: run chmod 600 on it, and start the board with --new-secret", file)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return "", fmt.Errorf("the facilitator's secret cannot be read (%w): set %s to it", err, secretVariable)
	}
	return strings.TrimSpace(string(text)), nil
}

// isHere reports whether an address is one of this machine.
func isHere(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	if u.Hostname() == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(u.Hostname())
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	if ip.IsLoopback() {
		return true
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, one := range own {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil && prefix.Addr().Unmap() == ip {
			return true
		}
	}
	return false
}
