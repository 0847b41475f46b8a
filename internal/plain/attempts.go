package plain

import (
	"context"
	"fmt"
	"io"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/text"
	"example.com/leakproof/internal/workbook"
)

// Attempts lists the versions of a kata's file that were checked and are still
// kept, the last one first.
func (s *Session) Attempts(k *course.Kata) error {
	list, err := s.wb.Attempts(k)
	if err != nil {
		return err
	}
	s.say("Attempts at kata %d, %s: %s.", k.Number, flat(k.Title), workbook.Count(len(list), "version"))
	for i, a := range list {
		s.text(wrap(s.describeAttempt(a), fmt.Sprintf("%d. ", i+1), "   "))
	}
	return nil
}

func (s *Session) describeAttempt(a workbook.Attempt) string {
	failed := ""
	if n := len(a.Failed); n > 0 {
		failed = ", " + workbook.Count(n, "failed test")
	}
	return fmt.Sprintf("%s, %s%s, %.12s", text.Date(a.At, s.wb.Now(), "2 January 15:04:05", "2 January 2006 15:04:05"), a.Status, failed, a.Hash)
}

// Attempt writes the file as it was; to a pipe, byte for byte.
func (s *Session) Attempt(k *course.Kata, a workbook.Attempt) error {
	src, err := s.wb.Attempt(k, a.Hash)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(s.out, s.theirs(string(src))); err != nil {
		return fmt.Errorf("the attempt cannot be written: %w", err)
	}
	return nil
}

// AttemptDiff shows what changed from an attempt to the present file.
func (s *Session) AttemptDiff(k *course.Kata, a workbook.Attempt) error {
	diff, err := s.wb.AttemptDiff(k, a.Hash)
	if err != nil {
		return err
	}
	s.say("Attempt of %s.", s.describeAttempt(a))
	if diff == "" {
		s.say(workbook.Same)
		return nil
	}
	s.say("Lines with - were there then, lines with + are in your file now.")
	s.text(s.theirs(diff))
	return nil
}

// Restore puts an attempt back and says where the present file went.
func (s *Session) Restore(ctx context.Context, k *course.Kata, a workbook.Attempt) error {
	var backups []string
	var err error
	s.patiently(func() { backups, err = s.wb.Restore(ctx, k, a.Hash) })
	if err != nil && len(backups) == 0 {
		return err
	}
	s.say("%s is as it was in the attempt of %s.", s.path(k), s.describeAttempt(a))
	s.replaced(backups)
	s.saved(err)
	return nil
}

// Undo takes back the last reset or restore of a kata.
func (s *Session) Undo(ctx context.Context, k *course.Kata) error {
	var restored string
	var backups []string
	var err error
	s.patiently(func() { restored, backups, err = s.wb.Undo(ctx, k) })
	if err != nil && len(backups) == 0 {
		return err
	}
	s.say("%s is again what the last reset or restore replaced, from %s.", s.path(k), restored)
	s.replaced(backups)
	s.saved(err)
	return nil
}

func (s *Session) replaced(backups []string) {
	if len(backups) == 0 {
		s.say("It said the same before.")
	}
	for _, b := range backups {
		s.say("Backup of what was there: %s", b)
	}
}

// attempts lists the attempts and shows or restores one, chosen by its number.
func (s *Session) attempts(ctx context.Context, k *course.Kata) error {
	list, err := s.wb.Attempts(k)
	if err != nil {
		return err
	}
	if err := s.Attempts(k); err != nil || len(list) == 0 {
		return err
	}
	s.say("0. None of them")
	choices := []choice{{number: 0}}
	for i := range list {
		choices = append(choices, choice{number: i + 1})
	}
	c, err := s.choose(ctx, choices)
	if err != nil || c.number == 0 {
		return err
	}
	a := list[c.number-1]
	if err := s.AttemptDiff(k, a); err != nil {
		return err
	}
	yes, err := s.Confirm(ctx, "Put this attempt back? Your present file is kept as a backup.", "Put it back", "Leave everything as it is")
	if err != nil || !yes {
		return err
	}
	return s.Restore(ctx, k, a)
}
