package text

import (
	"strings"
	"testing"
)

func TestWhatIsPrintedCannotSteerATerminal(t *testing.T) {
	if got := Clip("a\x1b[31mb\r\a\n\tc", 100); got != "a[31mb\n\tc" {
		t.Errorf("Clip kept control characters: %q", got)
	}
	if got := FirstLine("panic: \x1b]0;x\a" + strings.Repeat("y", 1000)); len(got) > lineLimit+3 || strings.ContainsRune(got, 0x1b) {
		t.Errorf("a sentence would carry %d bytes: %q", len(got), got)
	}
}

func TestLongOutputKeepsItsEnds(t *testing.T) {
	long := "first\n" + strings.Repeat("middle\n", 1000) + "last\n"
	got := Clip(long, 200)
	if len(got) > 260 || !strings.HasPrefix(got, "first\n") || !strings.HasSuffix(got, "last\n") || !strings.Contains(got, "bytes left out") {
		t.Errorf("clipped to %d bytes: %q", len(got), got)
	}
}

func TestASummaryIsASentence(t *testing.T) {
	for said, want := range map[string]string{
		"all tests passed":           "All tests passed.",
		"notes.go:3:1: bad; mend it": "notes.go:3:1: bad; mend it.",
		"It ends.":                   "It ends.",
		"":                           "",
	} {
		if got := Sentence(said); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", said, got, want)
		}
	}
}

func TestTwoTextsAreTwoSentences(t *testing.T) {
	for _, test := range [][3]string{
		{"cap the size of the body", "It must stand.", "cap the size of the body. It must stand."},
		{"**cap the size**", "It must stand.", "**cap the size**. It must stand."},
		{"It ends.", "It must.", "It ends. It must."},
		{"“It ends.”", "It does not.", "“It ends.” It does not."},
		{"Does it end?", "No.", "Does it end? No."},
		{"", "It must.", "It must."},
		{"It ends", "", "It ends"},
	} {
		if got := Join(test[0], test[1]); got != test[2] {
			t.Errorf("Join(%q, %q) = %q, want %q", test[0], test[1], got, test[2])
		}
	}
}

func TestVisibleIsWholeAndInstructsNothing(t *testing.T) {
	for in, want := range map[string]string{
		"plain, é 漢字\n\tx":      "plain, é 漢字\n\tx",
		"\x1b]0;title\a\x1b[2J": `\x1b]0;title\a\x1b[2J`,
		"a\r\nb\rc":             "a\nb" + `\r` + "c",
		"\u202eback\u200b\x7f":  `\u202eback\u200b\x7f`,
		"\x9b31m\xff":           `\x9b31m\xff`,
		"\u009b31m":             `\u009b31m`,
		"\x00":                  `\x00`,
	} {
		if got := Visible(in); got != want {
			t.Errorf("Visible(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestASpreadsheetSeesNoFormula(t *testing.T) {
	for given, want := range map[string]string{
		"": "", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\t=1": "'\t=1", "\r=1": "'\r=1", "A=1": "A=1", "'=1": "'=1",
	} {
		if got := Cell(given); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}
