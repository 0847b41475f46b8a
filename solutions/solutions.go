// Package solutions holds, for each kata, every version of its file that the
// suite must accept or refuse, and the pristine briefs and suites. A kata is
// shown, graded and restored from here, because katas/ is the learner's.
package solutions

import "embed"

//go:generate go run generate.go

// FS holds NN-name/corpus.toml, NN-name/tests.toml, NN-name/patterns.toml, NN-name/VARIANT/*.go and pristine.txtar.
//
//go:embed pristine.txtar */corpus.toml */tests.toml */patterns.toml */*/*.go
var FS embed.FS
