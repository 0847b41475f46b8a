package room

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"example.com/leakproof/internal/text"
)

// Address checks the address of a board as a person gives it, and returns it without what does not matter.
func Address(given string) (string, error) {
	given = strings.TrimSpace(given)
	u, err := url.Parse(given)
	example := func(why string) error {
		return fmt.Errorf("%q is no address of a board: %s; give it as the board prints it, such as http://192.0.2.7:8080", text.Line(given, maxMessage), why)
	}
	switch {
	case !strings.Contains(given, "://"): // HOST:PORT, of which url.Parse says nothing that helps
		return "", example("it begins with neither http:// nor https://")
	case err != nil:
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return "", example(err.Error())
	case u.Scheme != "http" && u.Scheme != "https":
		return "", example("it begins with neither http:// nor https://")
	case u.Hostname() == "":
		return "", example("it names no machine")
	case u.User != nil:
		return "", example("a user's name or a password has no place in it")
	case u.RawQuery != "" || u.Fragment != "":
		return "", example("something follows its path")
	}
	return u.Scheme + "://" + u.Host + strings.TrimRight(u.EscapedPath(), "/"), nil
}

// Readable reports whether anybody between here and the board can read and change what is sent to an address: plain http to
// another machine.
func Readable(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" {
		return false
	}
	ip, err := netip.ParseAddr(u.Hostname())
	return u.Hostname() != "localhost" && (err != nil || !ip.Unmap().IsLoopback())
}
