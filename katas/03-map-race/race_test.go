//go:build race

package maprace_test

const raceDetector = true
