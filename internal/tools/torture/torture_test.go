//go:build linux

package main

import (
	"errors"
	"strings"
	"testing"
)

// TestQuickCases tries the cases that are decided before anything is built. The
// nightly run tries all.
func TestQuickCases(t *testing.T) {
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRack(t.Context(), "../../..")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.close(); err != nil {
			t.Error(err)
		}
	})
	for _, h := range all {
		if !h.Quick {
			continue
		}
		t.Run(h.Name, func(t *testing.T) {
			out, err := r.try(t.Context(), h)
			if errors.Is(err, errNotHere) {
				t.Skip(err)
			}
			if err != nil {
				t.Errorf("%v: %+v", err, out)
			}
		})
	}
}

func TestThereAreManyCases(t *testing.T) {
	all, err := load()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 120 {
		t.Errorf("%d cases, want at least 120", len(all))
	}
}

func TestACaseSaysWhatItsVerdictMustBe(t *testing.T) {
	for text, want := range map[string]string{
		"quick: yes\n":                   "say in status",
		"status: pass\nstaus: fail\n":    `unknown field "staus"`,
		"# A remark.\nstatus: pass\n":    "",
		"status: pass fail\nenv: HOME\n": "",
	} {
		_, err := parse("x", []byte(text))
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}
