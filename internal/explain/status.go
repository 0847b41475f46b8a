// Package explain turns what a run of a suite printed into findings, and words
// every verdict: nothing else writes a sentence about one.
package explain

import "time"

// Status is the kind of a verdict, or what became of one test.
type Status string

// The kinds of a verdict.
const (
	Pass         Status = "pass"          // every test ran and passed, and nothing speaks against the run
	Fail         Status = "fail"          // a test failed, or the code ended the run
	CompileError Status = "compile-error" // the kata does not build; no test ran
	Timeout      Status = "timeout"       // the tests did not end within the limit
	Untrusted    Status = "untrusted"     // the run says nothing about the code
	Unavailable  Status = "unavailable"   // this machine or workbook cannot decide it
)

// NotRun is the status of a test that has no result. The other statuses of a
// test are [Pass] and [Fail].
const NotRun Status = "not-run"

// Word says the kind of a verdict as a person would.
func (s Status) Word() string {
	switch s {
	case Pass:
		return "Pass"
	case Fail:
		return "Fail"
	case CompileError:
		return "Does not compile"
	case Timeout:
		return "Timeout"
	case Untrusted:
		return "Untrusted"
	}
	return "Cannot run"
}

// Test is what became of one test of the suite, its subtests included.
type Test struct {
	Name    string        `json:"name"`
	Status  Status        `json:"status"`
	Message string        `json:"message,omitempty"` // the first failure, without its position and indent
	File    string        `json:"file,omitempty"`    // where in the suite, as a slash path below the module root
	Line    int           `json:"line,omitempty"`
	Output  string        `json:"output,omitempty"` // everything the test printed; bounded
	Elapsed time.Duration `json:"elapsed_ns"`
}
