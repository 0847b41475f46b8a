package grade

import "example.com/leakproof/internal/explain"

// Suite is one kata's pristine suite.
type Suite struct {
	Kata string // "23-leaky-fanout"
	Dir  string // slash path below the module root: "katas/23-leaky-fanout"
	File string // the learner's file in Dir: "notes.go"
	// Several means that the learner may have any Go files in Dir: File need not
	// be one of them.
	Several bool

	// Files are the files the verdict rests on, by slash path below the module
	// root: the suite's test files, support files of the kata, the suite kit.
	// A file that differs on disk, line endings aside, is restored for the run.
	Files map[string][]byte

	// Modules holds the go.mod and go.sum that the suite is built with, in place
	// of those on disk, by these names. Without it those on disk count.
	Modules map[string][]byte

	// Answer, if not nil, is graded in place of what is on disk: the files of
	// Dir outside Files, by slash path below the module root.
	Answer map[string][]byte

	// Implementations, if there are some, make the learner's file a test: it is run
	// against each of them, has to accept those that are right and to refuse the
	// others. The first is right, and the one in Files. The verdict has a test for
	// each, by its ID, and before them gosource.NoSleep and gosource.NoSource.
	Implementations []Implementation
	Tell            func(explain.Test) // called for each of these as it is known, if it is not nil

	given map[string][]byte // what of Files is the learner's, and not to be compared with the disk
	trial bool              // none of it is on disk, or in the clone's archive
}
