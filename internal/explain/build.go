package explain

import (
	"path"
	"regexp"
	"strings"

	"example.com/leakproof/internal/gorun"
)

var (
	position     = regexp.MustCompile(`^(?:\./)?(\S.*?\.go):\d+(?::\d+)?: `)
	positionLine = regexp.MustCompile(`\.go:(\d+)`)
)

// BuildOutput is what the build printed, with the names that files have in the
// module.
func (r *Run) BuildOutput() string {
	return gorun.Unoverlay(r.Report.Build.String(), func(name string) string {
		if file := r.suiteFile(name); file != "" {
			return file
		}
		return path.Join(r.Dir, name)
	})
}

// FirstError finds the first message of a build and the file it is about. A
// message without a position, such as an import cycle, comes with no file.
func FirstError(build string) (file, text string) {
	for line := range strings.Lines(build) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		line = strings.TrimPrefix(strings.ReplaceAll(line, `.\`, "./"), "./")
		if match := position.FindStringSubmatch(line); match != nil {
			return strings.ReplaceAll(match[1], `\`, "/"), strings.TrimSuffix(line, "; to add:")
		}
		if text == "" {
			text = line
		}
	}
	return "", text
}
