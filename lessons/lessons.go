// Package lessons holds the chapters of the guide: a lesson.md each, the Go
// files that it shows or runs, and its labs.
package lessons

import "embed"

// FS holds each lesson in a folder of its own, and curriculum.toml, the list of
// all points to teach.
//
//go:embed curriculum.toml */lesson.md */*.go */*/*.go */*/*.toml */*/run.script
var FS embed.FS
