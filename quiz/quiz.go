// Package quiz holds the bank of questions, a file for each lesson, with the
// programs they ask about and the misconceptions behind wrong answers.
package quiz

import "embed"

// FS holds NN-name.toml, NN-name/PROGRAM/*.go and misconceptions/*.toml.
//
//go:embed *.toml */*/*.go misconceptions/*.toml
var FS embed.FS
