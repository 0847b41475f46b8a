package progress

import (
	"bufio"
	"errors"
	"fmt"
	"io"
)

// maxLine is the longest line written or read, in bytes with its end. The longest events name some failed tests.
const maxLine = 64 << 10

// maxDamaged is how many lines that cannot be read a file may have. One with more is something else, and could have millions.
const maxDamaged = 1000

// usualLine is about how long a line is.
const usualLine = 192

// Damage is a line of the file that could not be read.
type Damage struct {
	Path   string
	Line   int // the first is 1
	Reason string
}

// String says where the line is, why it does not count, and that it does no harm.
func (d Damage) String() string {
	return fmt.Sprintf("%s:%d: %s (the line is kept and does not count)", d.Path, d.Line, d.Reason)
}

// rawLine is one line of the file; its text is valid until the next one is read.
type rawLine struct {
	text    []byte
	size    int64 // bytes in the file, with the line end
	ended   bool  // it has a line end
	tooLong bool  // it is longer than maxLine, and text is not the whole of it
}

// lineReader reads lines and never holds more than maxLine bytes of one.
type lineReader struct{ r *bufio.Reader }

func newLineReader(r io.Reader) lineReader {
	return lineReader{bufio.NewReaderSize(r, maxLine)}
}

// next returns the next line, or io.EOF after the last.
func (l lineReader) next() (rawLine, error) {
	var line rawLine
	for {
		text, err := l.r.ReadSlice('\n')
		line.size += int64(len(text))
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			line.tooLong = true
		case errors.Is(err, io.EOF) && line.size > 0:
			line.text = text
			return line, nil
		case err != nil:
			return rawLine{}, err
		default:
			line.text, line.ended = text, true
			return line, nil
		}
	}
}
