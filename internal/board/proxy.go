package main

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks of those who may say whom they speak for.
type proxies []netip.Prefix

// parseProxies reads networks or single addresses, with commas between them.
func parseProxies(list string) (proxies, error) {
	var all proxies
	for one := range strings.SplitSeq(list, ",") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		network, err := netip.ParsePrefix(one)
		if addr, single := netip.ParseAddr(one); single == nil {
			network, err = addr.Prefix(addr.BitLen())
		}
		switch {
		case err != nil:
			return nil, fmt.Errorf("%q is no network: give it as 10.1.0.0/16 or 10.1.2.3", one)
		case network.Bits() == 0:
			return nil, fmt.Errorf("%s is everybody, and anybody could take another's address: name the network of the proxy", one)
		case network.Addr().Is4In6():
			return nil, fmt.Errorf("%s is written as IPv6: give it as IPv4, such as 10.1.0.0/16", one)
		}
		all = append(all, network.Masked())
	}
	return all, nil
}

func (p proxies) have(addr netip.Addr) bool {
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// from is whose limits a request counts against. Each proxy adds at the right of
// X-Forwarded-For whom it heard from. So the header is read from there, and only
// as far as trusted proxies wrote it: what stands to the left of that, the client
// may have made up.
func (p proxies) from(r *http.Request) netip.Prefix {
	remote, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Prefix{}
	}
	addr := plain(remote.Addr())
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.have(addr); i-- {
		hop, err := readHop(strings.TrimSpace(hops[i]))
		if err != nil {
			break // all whom this proxy speaks for share its limits
		}
		addr = plain(hop)
	}
	return block(addr)
}

// readHop reads an address, with a port or without.
func readHop(hop string) (netip.Addr, error) {
	if with, err := netip.ParseAddrPort(hop); err == nil {
		return with.Addr(), nil
	}
	return netip.ParseAddr(hop)
}

func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

// block is the part of an address that limits go by: of IPv6, the /64 that one
// household or machine has.
func block(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	p, _ := addr.Prefix(bits) // the lengths fit
	return p
}
