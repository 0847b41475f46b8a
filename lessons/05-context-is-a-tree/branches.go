package tree

import "context"

// Branches are the contexts of one page, each below the one that it was
// derived from.
type Branches struct {
	Page, Note, Search, Index context.Context

	StopNote, StopSearch, StopPage context.CancelFunc
}

// Branch derives the contexts of one page. The caller calls StopPage.
func Branch(request context.Context) (b Branches) {
	b.Page, b.StopPage = context.WithTimeout(request, requestBudget)
	b.Note, b.StopNote = context.WithCancel(b.Page)
	b.Search, b.StopSearch = context.WithTimeout(b.Page, searchLimit)
	b.Index = WithRequestID(b.Search, "4KQX")
	return b
}
