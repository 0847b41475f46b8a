package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/natefinch/atomic"
	"golang.org/x/mod/module"

	"example.com/leakproof/internal/course"
	"example.com/leakproof/internal/grade"
	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/team/room"
	"example.com/leakproof/internal/text"
)

// sizeLimit is some ten times what the report of a whole course has, in bytes.
// What is read takes up to some hundred times as much memory, if it is forged.
const sizeLimit = 4 << 20

// JSON is the report as it is handed over.
func (r Report) JSON() ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("the report cannot be written: %w", err)
	}
	if out.Len() > sizeLimit {
		return nil, fmt.Errorf("the report would have more than %s, and nobody's program would read it: leave your files out with --no-code", text.Bytes(sizeLimit))
	}
	return out.Bytes(), nil
}

// What is shown of the texts in a report: bytes of one, and how many names.
const (
	maxShown   = 60
	maxUnknown = 3
)

// Write puts a report into a file, in place of an older one of the same member
// if there is one. Any other file is refused and stays as it is.
func Write(file string, r Report) error {
	old, err := open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("nothing was written, because %s would be lost: %w; name another file, or remove that one", file, err)
	case old.Member != r.Member:
		return fmt.Errorf("nothing was written, because %s would be lost: it is the report of somebody else, %s; name another file", file, text.Line(old.Name, room.MaxName))
	}
	data, err := r.JSON()
	if err != nil {
		return err
	}
	if err := atomic.WriteFile(file, bytes.NewReader(data)); err != nil {
		return fmt.Errorf("the report cannot be written (%w): name a file in a folder that you may write to", err)
	}
	return nil
}

// Read returns the report in a file that somebody else may have made. The note,
// if there is one, says what in it this program does not know: it is left out.
func Read(file string, c *course.Course) (r Report, note string, err error) {
	if r, err = open(file); err == nil {
		note, err = r.check(c)
	}
	if err != nil {
		return Report{}, "", fmt.Errorf("%s is left out: %w", file, err)
	}
	if note != "" {
		note = file + ": " + note
	}
	return r, note, nil
}

// open reads a report as it stands in a file. The error does not name the file.
func open(file string) (Report, error) {
	data, err := regular.Read(file, sizeLimit)
	var at *fs.PathError
	if errors.As(err, &at) {
		err = at.Err
	}
	if err != nil {
		return Report{}, fmt.Errorf("it cannot be read: %w", err)
	}
	if bytes.HasPrefix(data, []byte("\xff\xfe")) {
		return Report{}, errors.New("it is UTF-16, as some shells write what is sent to a file with >; have it made again with `leakproof report --out FILE`")
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	// A later version may give the fields other types.
	var head struct {
		Schema string `json:"schema"`
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&head); err != nil {
		return Report{}, notRead(err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return Report{}, errors.New("something follows the report; have it made again")
	}
	number, ok := strings.CutPrefix(head.Schema, schemaFamily)
	made, err := strconv.Atoi(number)
	switch {
	case head.Schema == "":
		return Report{}, errors.New("it is no report: it names no schema")
	case !ok || err != nil || made < 1:
		return Report{}, fmt.Errorf("it is no report: its schema is %q", text.Line(head.Schema, maxShown))
	case made > version:
		return Report{}, fmt.Errorf("it was written by a newer Leakproof (%s, and this program knows %s): update this one", head.Schema, Schema)
	}
	var r Report
	if err := json.Unmarshal(data, &r); err != nil {
		return Report{}, notRead(err)
	}
	return r, nil
}

// notRead says what is wrong with the JSON of a report.
func notRead(err error) error {
	var field *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return errors.New("it is empty; have it made again")
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it is cut off; have it made or sent again")
	case errors.As(err, &field) && field.Field != "":
		return fmt.Errorf("it is no report: %s is a %s", field.Field, field.Value)
	}
	return fmt.Errorf("it is no report: %s", text.FirstLine(err.Error()))
}

// check refuses what no report has, and takes out what this program does not
// know, which the note names.
func (r *Report) check(c *course.Course) (note string, err error) {
	if !isID(r.Member) {
		return "", errors.New("its member is no id of 32 hexadecimal digits, so it was edited or damaged")
	}
	if r.Name, err = room.CleanName(r.Name); err != nil {
		return "", err
	}
	if r.At.IsZero() {
		return "", errors.New("it does not say when it was made, so it was edited or damaged")
	}
	if r.Minutes < 0 {
		return "", negative("minutes")
	}
	r.Version = text.Line(r.Version, maxShown)
	seen := map[string]bool{}
	twice := func(id string) error {
		if seen[id] {
			return fmt.Errorf("it names %s twice, so it was edited", id)
		}
		seen[id] = true
		return nil
	}
	var unknown []string
	var lessons []Lesson
	for _, l := range r.Lessons {
		if c.Lesson(l.ID) == nil {
			unknown = append(unknown, "lesson "+strconv.Quote(text.Line(l.ID, maxShown)))
			continue
		}
		if min(l.SectionsRead, l.Sections-l.SectionsRead, l.Right, l.Questions-l.Right) < 0 {
			return "", negative(l.ID)
		}
		if err := twice(l.ID); err != nil {
			return "", err
		}
		lessons = append(lessons, l)
	}
	var katas []Kata
	for _, one := range r.Katas {
		k := c.Kata(one.ID)
		if k == nil {
			unknown = append(unknown, "kata "+strconv.Quote(text.Line(one.ID, maxShown)))
			continue
		}
		if err := errors.Join(twice(k.ID), one.check(k)); err != nil {
			return "", err
		}
		katas = append(katas, one)
	}
	r.Lessons, r.Katas = lessons, katas
	if n := len(unknown); n > maxUnknown {
		unknown = append(unknown[:maxUnknown:maxUnknown], fmt.Sprintf("%d more", n-maxUnknown))
	}
	if len(unknown) > 0 {
		note = fmt.Sprintf("this program does not know %s: what is said of that is left out; a newer Leakproof may know it", strings.Join(unknown, ", "))
	}
	return note, nil
}

func negative(what string) error {
	return fmt.Errorf("its numbers for %s cannot be, so it was edited or damaged", what)
}

func (one *Kata) check(k *course.Kata) error {
	if min(one.Minutes, one.Hints, one.Checks, one.Versions) < 0 {
		return negative(k.ID)
	}
	s := one.Solved
	if s == nil {
		return nil
	}
	s.Hash = text.Line(s.Hash, len(course.Hash(nil))) // it is shown; one that is none fits no file
	if s.Origin != grade.CI {                         // nobody else says so of a learner
		s.Origin = grade.Self
	}
	for name := range s.Files {
		if err := checkFile(k, name); err != nil {
			return err
		}
	}
	return nil
}

// checkFile fails if a file of that name is none that a learner could repair in
// a kata's folder, on any system.
func checkFile(k *course.Kata, name string) error {
	if !k.Repairs(name) || module.CheckFilePath(name) != nil {
		return fmt.Errorf("kata %d has no file %q to repair", k.Number, text.Line(name, maxShown))
	}
	return nil
}

// Solutions are the katas that the report claims are solved, by number.
func (r Report) Solutions() []Kata {
	return slices.DeleteFunc(slices.Clone(r.Katas), func(k Kata) bool { return k.Solved == nil })
}

// Code is of how many solved katas the report has the files.
func (r Report) Code() int {
	n := 0
	for _, k := range r.Solutions() {
		if len(k.Solved.Files) > 0 {
			n++
		}
	}
	return n
}
