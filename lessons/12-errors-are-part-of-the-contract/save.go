package contract

import (
	"context"
	"errors"
	"fmt"
)

// A Tx is a database transaction.
type Tx interface {
	Insert(ctx context.Context, n Note) error
	Commit() error
	Rollback() error
}

// Save inserts n. When that fails, the rollback may fail as well.
func Save(ctx context.Context, tx Tx, n Note) error {
	if err := tx.Insert(ctx, n); err != nil {
		err = fmt.Errorf("insert note %s: %w", n.ID, err)
		return errors.Join(err, tx.Rollback())
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit note %s: %w", n.ID, err)
	}
	return nil
}
