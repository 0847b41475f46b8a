package workbook

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/progress"
	"example.com/leakproof/internal/workspace"
)

// Attempt is a version of a kata's file that was checked and is still kept.
type Attempt struct {
	At     time.Time // of its last check
	Status string    // of its last verdict
	Hash   string    // [course.Hash] of the file
	Failed []string  // names of the tests that failed
}

// Attempts are the kept versions of a kata's file, the last one checked first.
func (w *Workbook) Attempts(k *course.Kata) ([]Attempt, error) {
	kept, err := w.Space.Kept(k)
	if err != nil {
		return nil, err
	}
	latest := map[string]Attempt{} // by hash
	var hashes []string            // of the verdicts, as often as there was one
	for e := range w.Log.State().History() {
		if e.Kind == progress.KindVerdict && e.Kata == k.ID && kept(e.Hash) {
			latest[e.Hash] = Attempt{At: e.At, Status: e.Status, Hash: e.Hash, Failed: slices.Clone(e.Failed)}
			hashes = append(hashes, e.Hash)
		}
	}
	var out []Attempt
	for _, hash := range slices.Backward(hashes) {
		if a, ok := latest[hash]; ok {
			out = append(out, a)
			delete(latest, hash)
		}
	}
	return out, nil
}

// Attempt is the text of a version that was checked. It fails with
// [workspace.ErrNoAttempt].
func (w *Workbook) Attempt(k *course.Kata, hash string) ([]byte, error) {
	return w.Space.ReadAttempt(k, hash)
}

// AttemptDiff is a unified diff from a version that was checked to the present
// file, "" when they say the same.
func (w *Workbook) AttemptDiff(k *course.Kata, hash string) (string, error) {
	if err := w.InClone(); err != nil {
		return "", err
	}
	then, err := w.Attempt(k, hash)
	if err != nil {
		return "", err
	}
	now, err := w.Space.Read(k)
	if err != nil {
		return "", err
	}
	return workspace.Diff(k, "then", "now", then, now), nil
}

// Restore puts a version that was checked in place of the present file and says
// where the backup of that is. There is none when they say the same.
func (w *Workbook) Restore(ctx context.Context, k *course.Kata, hash string) (backups []string, err error) {
	if err := w.InClone(); err != nil {
		return nil, err
	}
	src, err := w.Attempt(k, hash)
	if err != nil {
		return nil, err
	}
	backups, err = w.Space.Restore(k, src, w.Now())
	if err != nil {
		return backups, err
	}
	return backups, w.restored(ctx, k, hash, backups)
}

// Undo takes back the last reset or restore: it puts the newest backup of the
// kata's file in place. restored is the path of that backup, backups are the
// paths of what it replaced. It fails with [workspace.ErrNoBackup] where there
// is none.
func (w *Workbook) Undo(ctx context.Context, k *course.Kata) (restored string, backups []string, err error) {
	if err := w.InClone(); err != nil {
		return "", nil, err
	}
	restored, backups, err = w.Space.Undo(k, w.Now())
	if err != nil {
		return restored, backups, err
	}
	return restored, backups, w.restored(ctx, k, "", backups)
}

func (w *Workbook) restored(ctx context.Context, k *course.Kata, hash string, backups []string) error {
	if len(backups) == 0 {
		return nil
	}
	err := w.record(ctx, progress.Event{Kind: progress.KindRestore, Kata: k.ID, Hash: hash, Backup: backups[0]})
	return errors.Join(err, w.Space.Tidy(k))
}
