//go:build linux

package main

import "time"

// scene is one picture, taken after the last step, or a recording of all.
type scene struct {
	file  string
	args  []string // of the workbook
	steps []step
	moves bool
}

// step is what the learner does, and the text that tells that it has happened.
type step struct {
	keys        string
	saves, kata string // the variant that the learner saves, and of which kata
	until       string
	lasts       time.Duration // in a recording
	runs        time.Duration // of a lab, whose screen never stands still: how long it is watched then
}

const (
	enter = "\r"
	esc   = "\x1b"
	right = "\x1b[C"
)

// loop is a kata from the map to green.
var loop = []step{
	{until: "Look around", lasts: 2 * time.Second},
	{keys: esc, until: "Next:", lasts: 2 * time.Second},
	{keys: "/bounded", until: "1 of ", lasts: 1500 * time.Millisecond},
	{keys: enter, until: "Kata   24", lasts: 500 * time.Millisecond},
	{keys: enter, until: "FAIL", lasts: 4 * time.Second},
	{saves: "wrong-set-limit", kata: "bounded-fanout", until: "than last time", lasts: 4 * time.Second},
	{saves: "solution", kata: "bounded-fanout", until: "PASS", lasts: 5 * time.Second},
}

// lab is one that fails and is cured.
var lab = []step{
	{until: "live", runs: time.Second},
	{keys: "2", until: "[2 Live]", runs: 8 * time.Second},
	{keys: " ", until: "It rises without end", runs: time.Second},
	{keys: "1" + enter, until: "fail on", runs: 16 * time.Second},
	{keys: "j ", until: "It rises without end", runs: time.Second},
	{keys: "3" + enter, until: "buffer on", runs: 10 * time.Second},
}

var scenes = []scene{
	{file: "lab.svg", args: []string{"lab", "leaky-fan-out"}, steps: lab},
	{file: "home.svg", steps: loop[:2]},
	{file: "lesson.svg", args: []string{"read", "fan-out-safely"}, steps: []step{{until: "Fan out"}, {keys: right, until: "2 of"}}},
	{file: "red.svg", steps: loop[:5]},
	{file: "green.svg", steps: loop},
	{file: "loop.svg", steps: loop, moves: true},
}
