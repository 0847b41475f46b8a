package workbook

import (
	"context"
	"path"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/explain"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/workspace"
)

// Try runs the kata's suite against one of its candidates. The learner's file
// and progress stay as they are.
func (w *Workbook) Try(ctx context.Context, k *course.Kata, v *course.Variant) (grade.Verdict, error) {
	if err := w.InClone(); err != nil {
		return grade.Verdict{Kata: k.ID, Status: explain.Unavailable, Summary: err.Error()}, nil
	}
	suite := Suite(k)
	suite.Answer = map[string][]byte{}
	for name, src := range v.Files {
		suite.Answer[path.Join(k.Dir(), name)] = src
	}
	return w.Grade(ctx, suite)
}

// FromReference is a unified diff from the reference to a candidate.
func (w *Workbook) FromReference(k *course.Kata, v *course.Variant) string {
	return workspace.Diff(k, "reference", "candidate", k.Source(k.Variant("solution").Files), k.Source(v.Files))
}
