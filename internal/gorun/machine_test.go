package gorun

import "testing"

func TestTheGoLineIsRead(t *testing.T) {
	for goMod, want := range map[string]string{
		"module x\n\ngo 1.26.0 // a comment\n":  "go1.26.0",
		"module x\n":                            "",
		"module x\n\ngo 1.26.0\n\nnonsense (\n": "",
	} {
		if got := goVersion([]byte(goMod)); got != want {
			t.Errorf("%q asks for %q, want %q", goMod, got, want)
		}
	}
}
