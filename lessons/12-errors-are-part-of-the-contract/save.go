package contract

import (
	"context"
	"errors"
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
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
