package main

import (
	"bytes"
	"context"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/leakproof/internal/team/room"
)

// fails runs the command, which must end with one sentence that has the words.
func fails(t *testing.T, code int, args []string, words ...string) {
	t.Helper()
	var out, said bytes.Buffer
	state := t.TempDir()
	got := run(t.Context(), args, func(name string) string { return map[string]string{"LEAKPROOF_STATE": state}[name] }, &out, &said)
	if got != code {
		t.Errorf("%v: exit code %d, want %d", args, got, code)
	}
	for _, word := range words {
		if !strings.Contains(said.String(), word) {
			t.Errorf("%v: %q is not in %s", args, word, &said)
		}
	}
	if strings.Contains(said.String(), "hunter2") || strings.Contains(out.String(), "hunter2") {
		t.Errorf("%v tells the password: %s", args, &said)
	}
	if lines := strings.Count(said.String(), "\n"); code == exitUnfit && lines != 1 {
		t.Errorf("%v: %d lines: %s", args, lines, &said)
	}
}

func TestDatabasesThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	notes := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(notes, bytes.Repeat([]byte("these are notes, no database\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	fails(t, exitUnfit, []string{"--database", notes}, "notes.txt", "no SQLite database", "--database")
	if text, err := os.ReadFile(notes); err != nil || !bytes.HasPrefix(text, []byte("these are notes")) {
		t.Errorf("what was there is gone: %q %v", text, err)
	}
	fails(t, exitUnfit, []string{"--database", dir}, "cannot be written", "--database")
	fails(t, exitUnfit, []string{"--database", filepath.Join(notes, "board.db")}, "cannot be made", "--database")

	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := closed.Addr().String()
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	fails(t, exitUnfit, []string{"--database", "postgres://ana:hunter2@" + address + "/team"}, "team at "+address, "cannot be reached", "refused", "start it")
	fails(t, exitUnfit, []string{"--database", "postgres://ana:hunter2@127.0.0.1:notaport/team"}, "cannot be read", "postgres://USER")
	fails(t, exitUnfit, []string{"--database", "postgres://ana:hunter2@board.invalid/team"}, "cannot be reached")
	fails(t, exitUnfit, []string{"--database", "postgres://ana:hunter2@127.0.0.1/team?sslmode=perhaps"}, "cannot be read")
}

func TestCommandLine(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = busy.Close() }()
	fails(t, exitUnfit, []string{"--listen", busy.Addr().String()}, "cannot listen", "--listen")
	fails(t, exitUnfit, []string{"--agenda", "/no/such/plan.md"}, "agenda cannot be read", "--agenda")
	fails(t, exitUsage, []string{"--room", "bell\x07"}, "--room", "U+0007")
	fails(t, exitUsage, []string{"--url", "board.example"}, "--url must begin")
	fails(t, exitUsage, []string{"--nosuch"}, "nosuch")
	fails(t, exitUsage, []string{"extra"}, "only flags")
	fails(t, exitOK, []string{"--help"})
}

func TestANewerDatabase(t *testing.T) {
	eachDatabase(t, func(t *testing.T, database string) {
		openBoard(t, database).stop()
		driver, dsn := "sqlite", "file:"+database
		if strings.HasPrefix(database, "postgres") {
			driver, dsn = "pgx", database
		}
		db := openSQL(t, driver, dsn)
		if _, err := db.ExecContext(t.Context(), `UPDATE leakproof_schema SET version = 99`); err != nil {
			t.Fatal(err)
		}
		fails(t, exitUnfit, []string{"--database", database}, "newer leakproof", "99", "update leakproof", "--database")
	})
}

func TestPostgresThatRefuses(t *testing.T) {
	t.Parallel()
	database := postgres(t)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	with := func(change func(*url.URL)) string {
		other := *u
		change(&other)
		return other.String()
	}
	none := with(func(u *url.URL) { u.Path = "/no_such_database" })
	fails(t, exitUnfit, []string{"--database", none}, "no_such_database", "does not exist", "createdb")
	readOnly := with(func(u *url.URL) {
		q := u.Query()
		q.Set("default_transaction_read_only", "on")
		u.RawQuery = q.Encode()
	})
	fails(t, exitUnfit, []string{"--database", readOnly}, "read-only", "primary")
	nobody := with(func(u *url.URL) { u.User = url.UserPassword("no_such_user", "hunter2") })
	fails(t, exitUnfit, []string{"--database", nobody}, "does not let this user in", "~/.pgpass")

	admin := openSQL(t, "pgx", database)
	role := "leakproof_test_reader_" + strings.TrimPrefix(u.Path, "/leakproof_test_")
	for _, query := range []string{"CREATE ROLE " + role + " LOGIN PASSWORD 'hunter2'", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"} {
		if _, err := admin.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP ROLE "+role); err != nil {
			t.Error(err)
		}
	})
	reader := with(func(u *url.URL) { u.User = url.UserPassword(role, "hunter2") })
	fails(t, exitUnfit, []string{"--database", reader}, "does not let this user make", "grant it CREATE")
}

// TestAReadOnlyFile, as the database itself words it.
func TestAReadOnlyFile(t *testing.T) {
	b := boardOnSQLite(t)
	db := openSQL(t, "sqlite", "file:"+b.file()+"?mode=ro")
	_, err := db.ExecContext(t.Context(), `DELETE FROM leakproof_events`)
	if said := b.store.fault(err); err == nil || !strings.Contains(said.Error(), "cannot be written: make the file and its folder writable") {
		t.Errorf("%v", said)
	}
}

// TestAFullDisk: what does not fit is not acknowledged, what was stays, and
// the board goes on when there is room.
func TestAFullDisk(t *testing.T) {
	t.Parallel()
	b := boardOnSQLite(t)
	ana := want[room.Joined](t, b.request("POST", "/api/join", room.JoinRequest{Code: b.code, ShareCode: true}), 201)
	big := func(n int) room.Event {
		e := verdict(n, "01-loop", "fail", "a")
		e.Code = strings.Repeat("x", room.MaxCode)
		return e
	}
	want[room.Taken](t, b.send(ana.Token, big(1)), 200)
	limit := func(pages string) {
		if _, err := b.store.write.ExecContext(t.Context(), "PRAGMA max_page_count = "+pages); err != nil {
			t.Fatal(err)
		}
	}
	limit("40")
	kept := 1
	for ; kept < 100; kept++ {
		a := b.send(ana.Token, big(kept+1))
		if a.status == 200 {
			continue
		}
		if p := a.problem(t); a.status != 503 || p.Code != room.Busy || a.header.Get("Retry-After") == "" || strings.Contains(a.body, "board.db") {
			t.Errorf("%+v", a)
		}
		break
	}
	if kept == 100 || !strings.Contains(b.log.String(), "no space left") || !strings.Contains(b.log.String(), "make room") {
		t.Errorf("after %d events the log says %s", kept, b.log)
	}
	if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(ana.Token)), 200); me.Total != kept {
		t.Errorf("%d events, want %d", me.Total, kept)
	}
	limit("1000000")
	want[room.Taken](t, b.send(ana.Token, big(kept+1)), 200)
	if me := want[room.Me](t, b.request("GET", "/api/me", nil, token(ana.Token)), 200); me.Total != kept+1 {
		t.Errorf("%d events, want %d", me.Total, kept+1)
	}
}
