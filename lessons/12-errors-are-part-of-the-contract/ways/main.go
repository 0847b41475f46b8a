// Ways asks five errors in three ways which status they are. The first three
// mean a missing note; the last two only have such a text.
package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os/exec"

	contract "example.com/leakproof/lessons/12-errors-are-part-of-the-contract"
)

func main() {
	store := &contract.Store{Query: func(context.Context, string) (contract.Note, error) {
		return contract.Note{}, sql.ErrNoRows
	}}
	_, wrapped := store.Get(context.Background(), "8c1f")
	_, cut := store.GetCut(context.Background(), "8c1f")
	fmt.Printf("%-24s %-5s %-5s %s\n", "error", "==", "text", "errors.Is")
	for _, e := range []struct {
		name string
		err  error
	}{
		{"the sentinel itself", contract.ErrNotFound},
		{"wrapped with %w", wrapped},
		{"wrapped with %v", cut},
		{"another with its text", errors.New("not found")},
		{"a missing program", fmt.Errorf("export: %w", exec.ErrNotFound)},
	} {
		fmt.Printf("%-24s %-5d %-5d %d\n", e.name, contract.StatusByEquality(e.err),
			contract.StatusByText(e.err), contract.ProblemOf(context.Background(), e.err).Status)
	}
}
