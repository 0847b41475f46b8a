package cli

import (
	"strings"
	"testing"
)

func TestTheWelcomeNamesWhatDoctorWould(t *testing.T) {
	problem := func() string {
		c := newConsole(t, strings.NewReader(""))
		env := c.Getenv
		c.Getenv = func(name string) string {
			if name == "EDITOR" {
				return "vi"
			}
			return env(name)
		}
		c.LookPath = func(name string) (string, error) { return "/bin/" + name, nil }
		wb, err := (&app{Parts: c.Parts, dir: "."}).open()
		if err != nil {
			t.Fatal(err)
		}
		return wb.Problem(t.Context())
	}
	if got := problem(); got != "" {
		t.Errorf("where nothing is missing: %q", got)
	}
	t.Setenv("NO_RACE", "1")
	if got, want := problem(), "The race detector needs a C compiler; install gcc"; got != want {
		t.Errorf("without a race detector: %q, want %q", got, want)
	}
}
