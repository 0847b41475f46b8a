package text

import "testing"

func TestAmounts(t *testing.T) {
	for _, test := range []struct {
		unit  string
		value float64
		want  string
	}{
		{"%", 99.6, "99.6 %"}, {"%", 99.96, "100 %"}, {"", 812, "812"}, {"", 20000, "20,000"}, {"", 1234567, "1,234,567"}, {"ms", 1.256, "1.26 ms"},
		{"ms", 0, "0 ms"}, {"", -0.001, "0"}, {"", -12345, "-12,345"}, {"MB", 12.5, "12.5 MB"}, {"/s", 9999, "9999 /s"},
	} {
		if got := Amount(test.unit, test.value); got != test.want {
			t.Errorf("%v: %q, want %q", test.value, got, test.want)
		}
	}
}
