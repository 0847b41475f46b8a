package closing

import "testing"

func TestLeakKeepsTheHandle(t *testing.T) {
	if !Leak().open {
		t.Error("closed")
	}
}

func TestClosedReleasesTheHandle(t *testing.T) {
	if Closed().open {
		t.Error("open")
	}
}
