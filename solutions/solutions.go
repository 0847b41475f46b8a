// Package solutions holds, for each kata, every version of its file that the
// suite must accept or refuse, and the pristine briefs and suites. A kata is
// shown, graded and restored from here, because katas/ is the learner's.
package solutions

import "embed"

//go:generate go run generate.go

// FS holds pristine.txtar and, in NN-name/, corpus.toml, tests.toml,
// patterns.toml and the variants.
//
//go:embed pristine.txtar [0-9]*
var FS embed.FS
