package room_test

import (
	"strings"
	"testing"
	"time"

	"example.com/leakproof/internal/team/room"
)

func TestCleanName(t *testing.T) {
	long := strings.Repeat("é", room.MaxName)
	for name, want := range map[string]string{
		"Ana":                       "Ana",
		"  Ana \t Lima ":            "Ana Lima",
		"<b>Ana</b> & \"co\" ${x}":  "<b>Ana</b> & \"co\" ${x}", // who shows it escapes it
		"=cmd|' /C calc'!A0":        "=cmd|' /C calc'!A0",
		"\u202eanA\u202c":           "anA",
		"A\u200bn\u200da\ufeff":     "Ana",
		"Åsa":                       "Åsa",
		"נועה":                      "נועה",
		"👩\u200d💻 Ana":              "👩💻 Ana",
		"A\u3164na":                 "A na",
		long:                        long,
		"\u00a0" + long + "\u2003 ": long,
	} {
		got, err := room.CleanName(name)
		if err != nil || got != want {
			t.Errorf("CleanName(%q) = %q, %v; want %q", name, got, err, want)
		}
	}
	for name, says := range map[string]string{
		"":                                "no letter that can be seen",
		" \u200b\u3164":                   "no letter that can be seen",
		"A\x1b[2Jna":                      "U+001B",
		"Ana\nAdmin":                      "U+000A",
		"Ana\u0085Admin":                  "U+0085",
		"Ana\u2028Admin":                  "U+2028",
		"A\x00":                           "U+0000",
		"A\x85":                           "not UTF-8",
		"\ufffd":                          "U+FFFD",
		"\ue000":                          "U+E000",
		"A" + strings.Repeat("\u0301", 4): "piles marks",
		"\u0301":                          "piles marks",
		long + "x":                        "41 letters",
		strings.Repeat("a", 10_000):       "10000 letters",
	} {
		if got, err := room.CleanName(name); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("CleanName(%.50q) = %q, %v; want an error with %q", name, got, err, says)
		}
	}
}

func TestPseudonym(t *testing.T) {
	names := map[string]bool{}
	for range 100 {
		name := room.Pseudonym()
		if clean, err := room.CleanName(name); err != nil || clean != name {
			t.Errorf("%q: %q, %v", name, clean, err)
		}
		names[name] = true
	}
	if len(names) < 50 {
		t.Errorf("of 100 people, only %d have names of their own", len(names))
	}
}

func TestEventCheck(t *testing.T) {
	good := map[string]room.Event{
		"verdict": {ID: "s-1", Kind: room.Verdict, Kata: "01-loop-cancel", Status: "fail", Says: []room.Belief{{ID: "b", Says: "S.", Truth: "T.", Tests: []string{"TestA/b c"}}}, Code: "package x\n\tvar y"},
		"hint":    {ID: "s-2", Kind: room.Hint, Kata: "01-loop-cancel", Tier: 3},
		"reset":   {ID: "s-3", Kind: room.Reset, Kata: "01-loop-cancel"},
		"read":    {ID: "s-4", Kind: room.Read, Lesson: "01-four-habits"},
	}
	for name, e := range good {
		if err := e.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, change := range map[string]func(*room.Event){
		"id is missing":            func(e *room.Event) { e.ID = "" },
		"id has 81 bytes":          func(e *room.Event) { e.ID = strings.Repeat("x", 81) },
		"id holds a character":     func(e *room.Event) { e.ID = "s\x00" },
		"kind must be":             func(e *room.Event) { e.Kind = "keystroke" },
		"status must be":           func(e *room.Event) { e.Status = "unavailable" },
		"kata is missing":          func(e *room.Event) { e.Kata = "" },
		"kata holds a character":   func(e *room.Event) { e.Kata = "a\x1b[2J" },
		"belong to a verdict":      func(e *room.Event) { e.Kind = room.Reset },
		"lesson belongs":           func(e *room.Event) { e.Lesson = "01-four-habits" },
		"tier belongs":             func(e *room.Event) { e.Tier = 1 },
		"51 tests":                 func(e *room.Event) { e.Says[0].Tests = make([]string, 51) },
		"says.tests is missing":    func(e *room.Event) { e.Says[0].Tests = []string{""} },
		"21 beliefs":               func(e *room.Event) { e.Says = make([]room.Belief, 21) },
		"says.truth has 401 bytes": func(e *room.Event) { e.Says = []room.Belief{{ID: "b", Says: "S.", Truth: strings.Repeat("x", 401)}} },
		"says.says holds a char":   func(e *room.Event) { e.Says = []room.Belief{{ID: "b", Says: "S\u202e", Truth: "T."}} },
		"code has 65537 bytes":     func(e *room.Event) { e.Code = strings.Repeat("x", room.MaxCode+1) },
		"code must be UTF-8":       func(e *room.Event) { e.Code = "\xff" },
	} {
		e := good["verdict"]
		change(&e)
		if err := e.Check(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not refused: %v", name, err)
		}
	}
}

func TestNewsOfWhoLeaves(t *testing.T) {
	at := time.Date(2026, 5, 4, 10, 0, 0, 0, time.UTC)
	ana, ben := room.Person{Participant: "p_1", Name: "Ana", Solved: 1}, room.Person{Participant: "p_2", Name: "Ben"}
	gone := ana
	gone.LeftAt = at
	view := func(people ...room.Person) room.View { return room.View{People: people} }
	for _, c := range []struct {
		before, after room.View
		want          string
	}{
		{view(ben), view(ben, ana), "Ana joined."},
		{view(ben), view(ben, gone), ""}, // she came and went between two views
		{view(ana), view(gone), "Ana left."},
		{view(gone), view(gone), ""},
		{view(gone), view(ana), "Ana is back."},
		{view(ana, ben), view(ana), "Ben left."},
		{view(gone, ben), view(ben), ""}, // deleted afterwards
	} {
		if got := strings.Join(room.News(c.before, c.after), " "); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}
