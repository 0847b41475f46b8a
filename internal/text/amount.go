package text

import (
	"math"
	"strconv"
	"strings"
)

// Amount is a value with its unit, as exact as a person reads it: "99.6 %",
// "1.25 ms", "80 s", "812", "20,000".
func Amount(unit string, value float64) string {
	if unit == "ms" && math.Abs(value) >= 10_000 {
		unit, value = "s", value/1000
	}
	digits := 2
	switch size := math.Abs(value); {
	case size >= 99.95:
		digits = 0
	case size >= 9.995:
		digits = 1
	}
	return AmountTo(unit, value, digits)
}

// AmountTo is [Amount] with at most so many digits after the point.
func AmountTo(unit string, value float64, digits int) string {
	s := strconv.FormatFloat(value, 'f', digits, 64)
	whole, fraction, _ := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	if whole == "0" {
		sign = ""
	}
	if unit != "" {
		whole += " " + unit
	}
	return sign + whole
}
