package plain

import (
	"strings"
	"testing"
)

func TestTheMenuGreetsOnce(t *testing.T) {
	d := newDesk(t, typing("0", "0"))
	for _, greetings := range []int{1, 1} { // the second run adds none
		if err := d.Menu(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(d.out.String(), "Afterwards no goroutine"); got != greetings {
			t.Errorf("greeted %d times, want %d:\n%s", got, greetings, d.out.String())
		}
	}
}
