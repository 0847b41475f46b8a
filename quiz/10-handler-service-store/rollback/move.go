package rollback

import (
	"context"
	"database/sql"
)

// Move puts a note into another notebook, if that one is open.
func Move(ctx context.Context, db *sql.DB, note, to string) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	var open bool
	row := tx.QueryRowContext(ctx, "call is_open(?)", to)
	if err := row.Scan(&open); err != nil || !open {
		return err
	}
	_, err = tx.ExecContext(ctx, "call move(?, ?)", note, to)
	if err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
