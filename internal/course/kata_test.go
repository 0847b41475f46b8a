package course

import "testing"

func TestBehindIsKnownForWhatWasSaid(t *testing.T) {
	k := &Kata{Tests: map[string]*TestPurpose{"TestAny": {Misconception: "a"}, "TestLate": {Misconception: "b", Said: "too late"}}}
	for _, c := range []struct{ test, message, want string }{
		{"TestAny", "", "a"},
		{"TestLate", "the call came too late (Keep 2)", "b"},
		{"TestLate", "deadlock: all goroutines in bubble are blocked", ""},
		{"TestOther", "the call came too late", ""},
	} {
		got := ""
		if p := k.Behind(c.test, c.message); p != nil {
			got = p.Misconception
		}
		if got != c.want {
			t.Errorf("behind %s with %q is %q, want %q", c.test, c.message, got, c.want)
		}
	}
}
