package explain

import "fmt"

// Why a verdict in CI is not said to be one of CI.

// NotCI is the note on such a verdict.
func NotCI(reason string) string {
	return "the origin of this verdict is \"self\", though CI is true: " + reason
}

// NoBase is about a program that was built from a clone.
func NoBase(variable string) string {
	return fmt.Sprintf("this program was built from a clone, perhaps the graded one; grade with the base branch's program, "+
		"name that branch in %s and take only the learner's files from the graded branch, as the workflow of `leakproof ci` does", variable)
}

// BaseUnknown is about a base that git does not know.
func BaseUnknown(base string, err error) string {
	return fmt.Sprintf("git cannot compare this clone with %s (%v); fetch that branch first", base, err)
}

// OtherProgram is about a program that is not the base's.
func OtherProgram(revision, base string) string {
	return fmt.Sprintf("this program was built from revision %s, which is not %s; build it there", revision, base)
}

// NotAsBase is about a file that may change what a verdict is worth.
func NotAsBase(name, base string) string {
	return fmt.Sprintf("%s is not as in %s; take only the learner's files from the graded branch", name, base)
}
