package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"example.com/leakproof/internal/team/room"
)

const drainTime = 10 * time.Second // for requests that have begun, when the board stops

// serve opens the room and answers until ctx is done.
func serve(ctx context.Context, o options, log *slog.Logger, stdout io.Writer) (err error) {
	s, err := openStore(ctx, o.Database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	secretFile := filepath.Join(o.state, room.SecretFile)
	l, madeSecret, err := openRoom(ctx, s, o, secretFile, log)
	if err != nil {
		return s.fault(err)
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Listen)
	if err != nil {
		return fmt.Errorf("the board cannot listen at %s (%w): choose another address with --listen", o.Listen, err)
	}
	address := o.URL
	if address == "" {
		address = "http://" + reachable(listener.Addr())
	}
	hello := greeting{room: l.now(), people: len(l.people), address: address, code: l.joinCode(), secretFile: secretFile, loopback: o.URL == "" && isLoopback(listener.Addr())}
	if madeSecret {
		hello.secret = l.access.secret
	}
	if err := hello.write(stdout); err != nil {
		return errors.Join(err, listener.Close())
	}

	return serveRoom(ctx, l, newServer(l, address, o.proxies, log), listener)
}

// serveRoom answers until ctx is done. The room goes on until the last request
// has been answered.
func serveRoom(ctx context.Context, l *live, s *server, listener net.Listener) error {
	living, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.run(living)
	}()
	err := answer(ctx, s, listener)
	end()
	<-ended
	return err
}

// answer serves until ctx is done, and then lets what has begun come to its end.
func answer(ctx context.Context, s *server, listener net.Listener) error {
	h := &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      20 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the board cannot go on: %w", err)
	case <-ctx.Done():
	}
	close(s.draining) // streams end, and /healthz says so
	draining, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := h.Shutdown(draining); err != nil {
		s.log.Warn("some requests did not end in time and were cut off", "error", err)
		err = h.Close()
		<-failed
		return err
	}
	<-failed
	return nil
}

func openStore(ctx context.Context, database string) (*store, error) {
	if strings.HasPrefix(database, "postgres://") || strings.HasPrefix(database, "postgresql://") {
		return openPostgres(ctx, database)
	}
	return openSQLite(ctx, database)
}

// openRoom finds or makes the room with its secret, join code and agenda.
func openRoom(ctx context.Context, s *store, o options, secretFile string, log *slog.Logger) (l *live, madeSecret bool, err error) {
	secret, madeSecret, err := readSecret(secretFile, o.NewSecret)
	if err != nil {
		return nil, false, err
	}
	i, err := s.openRoom(ctx, o.Room, hashOf(secret), time.Now())
	if err != nil {
		return nil, false, err
	}
	if !i.secret.is(secret) {
		if !o.NewSecret {
			return nil, false, fmt.Errorf("the room %q has another facilitator's secret than %s: copy that file from where the room was made, or end the old secret with --new-secret", o.Room, secretFile)
		}
		if err := s.setSecret(ctx, i.id, hashOf(secret)); err != nil {
			return nil, false, err
		}
		i.secret = hashOf(secret)
	}
	if err := putAgenda(ctx, s, &i, o.Agenda); err != nil {
		return nil, false, err
	}
	l, err = newLive(ctx, s, access{secret}, i, log)
	if err != nil {
		return nil, false, err
	}
	if c := l.joinCode(); c.Code == "" || !time.Now().Before(c.Expires) {
		err = l.newCode(ctx, codeTime)
	}
	return l, madeSecret, err
}

// putAgenda gives the room the agenda of a file. One that it has already keeps
// its step.
func putAgenda(ctx context.Context, s *store, i *info, file string) error {
	if file == "" {
		return nil
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("the agenda cannot be read (%w): name a file of `leakproof session plan` with --agenda", err)
	}
	a, err := readAgenda(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if old := i.agenda; old != nil && old.Title == a.Title && reflect.DeepEqual(old.Steps, a.Steps) {
		return nil
	}
	i.agenda = &a
	return s.setAgenda(ctx, i.id, a)
}

// reachable is a listener's address as other machines would name it.
func reachable(listening net.Addr) string {
	tcp, ok := listening.(*net.TCPAddr)
	if !ok || !tcp.IP.IsUnspecified() {
		return listening.String()
	}
	host := "127.0.0.1"
	if name, err := os.Hostname(); err == nil && name != "" {
		host = name
	}
	addresses, _ := net.InterfaceAddrs() // without one, the name has to do
	for _, a := range addresses {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && ip.IP.IsGlobalUnicast() {
			host = ip.IP.String()
			break
		}
	}
	return net.JoinHostPort(host, fmt.Sprint(tcp.Port))
}

func isLoopback(listening net.Addr) bool {
	tcp, ok := listening.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
