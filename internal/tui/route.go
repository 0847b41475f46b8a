package tui

import (
	"example.com/leakproof/internal/tui/page"
	"example.com/leakproof/internal/tui/page/candidates"
	"example.com/leakproof/internal/tui/page/home"
	"example.com/leakproof/internal/tui/page/kata"
	"example.com/leakproof/internal/tui/page/lab"
	"example.com/leakproof/internal/tui/page/lesson"
	"example.com/leakproof/internal/tui/page/listing"
	"example.com/leakproof/internal/tui/page/progress"
	"example.com/leakproof/internal/tui/page/quiz"
	"example.com/leakproof/internal/tui/page/session"
	"example.com/leakproof/internal/tui/page/settings"
	"example.com/leakproof/internal/tui/page/welcome"
)

// newPage makes the page that a route leads to.
func newPage(e *page.Env, r page.Route) (page.Page, error) {
	switch r.Page {
	case page.Home:
		return home.New(e), nil
	case page.Welcome:
		return welcome.New(e), nil
	case page.Lesson:
		l, err := e.Workbook.Course.FindLesson(r.ID)
		if err != nil {
			return nil, err
		}
		return lesson.New(e, l, r.Section), nil
	case page.Quiz:
		if r.ID == "" {
			return quiz.New(e, nil), nil
		}
		l, err := e.Workbook.Course.FindLesson(r.ID)
		if err != nil {
			return nil, err
		}
		return quiz.New(e, l), nil
	case page.Kata:
		k, err := e.Workbook.Course.FindKata(r.ID)
		if err != nil {
			return nil, err
		}
		return kata.New(e, k), nil
	case page.Candidates:
		k, err := e.Workbook.Course.FindKata(r.ID)
		if err != nil {
			return nil, err
		}
		return candidates.New(e, k), nil
	case page.TestOut:
		return quiz.NewTestOut(e, r.ID)
	case page.Review:
		return quiz.NewReview(e), nil
	case page.Progress:
		return progress.New(e), nil
	case page.Settings:
		return settings.New(e), nil
	case page.Lab:
		l, err := e.Workbook.Course.FindLab(r.ID)
		if err != nil {
			return nil, err
		}
		return lab.New(e, l), nil
	case page.Listing:
		return listing.New(e, r), nil
	case page.Session:
		return session.New(e, r.Text)
	}
	return nil, errNoPage(r)
}
