package explain

import (
	"fmt"
	"strings"
)

// Why there is nothing to run. Each is the summary of a verdict.

// SuiteUnusable is about a suite that comes with the program.
func SuiteUnusable(kata string, err error) string {
	return fmt.Sprintf("the suite of %s cannot be used: %v; install leakproof again", kata, err)
}

// OtherVersion is about a clone that comes with another suite than this program.
// To reset the kata would put the program's older files into the clone.
func OtherVersion(name, kata string) string {
	number, _, _ := strings.Cut(kata, "-")
	return fmt.Sprintf("these katas are of another version than this program, which has another %s; in a workspace run `leakproof update`, in a clone `go install .`, or check with `go run . check %s` there", name, number)
}

// SuiteUnreadable is about files of the suite on disk.
func SuiteUnreadable(kata string, err error) string {
	return fmt.Sprintf("the suite of %s cannot be compared with the files on disk: %v; make them readable, or %s restores them", kata, err, resetCommand(kata))
}

// ModuleUnreadable is about the workbook's go.mod.
func ModuleUnreadable(err error) string {
	return fmt.Sprintf("go.mod cannot be read: %v; restore it as the workbook has it", err)
}

// AnswerGone is about the file to repair.
func AnswerGone(file, kata string) string {
	return fmt.Sprintf("%s does not exist, so there is nothing to check; %s", file, onlyReset(kata))
}

// NoAnswer is about a folder to repair that has no file of the learner's.
func NoAnswer(dir, kata string) string {
	return fmt.Sprintf("%s has no Go file of yours, so there is nothing to check; %s", dir, onlyReset(kata))
}

// AnswerNoFile is about something else in place of the file to repair, or a file
// that cannot be source.
func AnswerNoFile(file, kata string, err error) string {
	return fmt.Sprintf("%s is not a file to check (%v); move it away, then %s", file, err, onlyReset(kata))
}

// AnswerUnreadable is about the file to repair, or its folder.
func AnswerUnreadable(name, kata string, err error) string {
	return fmt.Sprintf("%s cannot be read: %v; make it readable, or %s", name, err, onlyReset(kata))
}

// HelperUnreadable is about a further file of the learner.
func HelperUnreadable(name string, err error) string {
	return fmt.Sprintf("%s would be compiled and cannot be read: %v; make it readable or remove it", name, err)
}

func onlyReset(kata string) string { return resetCommand(kata) + " brings the file back as it was" }

// resetCommand is what brings the kata's files back.
func resetCommand(kata string) string {
	number, _, _ := strings.Cut(kata, "-")
	return "`leakproof reset " + number + "`"
}
