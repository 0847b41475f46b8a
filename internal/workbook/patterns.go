package workbook

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/gosource"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workspace"
)

// PatternsCommand prints [Workbook.Patterns].
const PatternsCommand = "leakproof read patterns"

// Patterns is a page in Markdown: the points of the guide that the learner has
// practised, each with the learner's own code from the katas that they solved.
func (w *Workbook) Patterns() (string, error) {
	var out strings.Builder
	out.WriteString("# The patterns that I wrote\n")
	shown := map[string]string{} // by kata, under which point its code stands
	solved := map[string]string{}
	for _, k := range w.Course.Katas {
		code, err := w.written(k)
		if err != nil {
			return "", err
		}
		if code != "" {
			solved[k.ID] = code
		}
	}
	for _, point := range w.Course.Points {
		mine := slices.DeleteFunc(slices.Clone(point.Katas), func(id string) bool { return solved[id] == "" })
		if len(mine) == 0 {
			continue
		}
		fmt.Fprintf(&out, "\n## %s\n", point.Title)
		var again []string
		for _, id := range mine {
			k := w.Course.Kata(id)
			if where := shown[id]; where != "" {
				again = append(again, fmt.Sprintf("kata %d, under “%s”", k.Number, where))
				continue
			}
			shown[id] = point.Title
			fmt.Fprintf(&out, "\nIn kata %d, %s:\n%s", k.Number, k.Title, solved[id])
		}
		if len(again) > 0 {
			fmt.Fprintf(&out, "\nAlso in %s.\n", strings.Join(again, "; "))
		}
	}
	if len(shown) == 0 {
		out.WriteString("\nNo kata is solved yet. Solve one, and what you wrote stands here.\n")
	}
	return out.String(), nil
}

// written is what the learner changed to solve a kata, as blocks of Markdown:
// the declarations of the last version that passed which the start does not have.
// It is "" if the kata is not solved or that version is no longer kept.
func (w *Workbook) written(k *course.Kata) (string, error) {
	hash := ""
	for e := range w.Log.State().History() {
		if e.Kind == progress.KindVerdict && e.Kata == k.ID && explain.Status(e.Status) == explain.Pass {
			hash = e.Hash
		}
	}
	if hash == "" {
		return "", nil
	}
	src, err := w.Space.ReadAttempt(k, hash)
	if errors.Is(err, workspace.ErrNoAttempt) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	files, ok := k.Files(src)
	if !ok {
		return "", nil
	}
	start := map[string]bool{}
	for _, d := range declarations(k, k.Variant("start").Files) {
		start[d.Source] = true
	}
	var out strings.Builder
	for _, d := range declarations(k, files) {
		if !start[d.Source] {
			fmt.Fprintf(&out, "\n```go\n%s\n```\n", d.Source)
		}
	}
	return out.String(), nil
}

// declarations are those of the files that can be parsed, in the order of their
// names.
func declarations(k *course.Kata, files map[string][]byte) []gosource.Decl {
	var out []gosource.Decl
	for _, name := range slices.Sorted(maps.Keys(files)) {
		if parsed, err := gosource.Parse(path.Join(k.Dir(), name), files[name]); err == nil {
			out = append(out, parsed.Decls...)
		}
	}
	return out
}
