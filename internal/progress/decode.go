package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// maxKnown bounds how many kinds of lines a decoder remembers: a learner's log has some hundreds.
const maxKnown = 16 << 10

// A decoder reads lines. A log says the same things again and again, at other times and of other versions of a file: what a line
// says besides is parsed once, and shared by the events that say it.
type decoder struct {
	known map[string]*Event // by the line without its time and its hash
	rest  []byte            // the line at hand without them
}

// The parts of a line as Append writes it that differ from event to event.
var (
	head   = fmt.Appendf(nil, `{"v":%d,"at":"`, version)
	inAt   = []byte(`"at":`)
	inHash = []byte(`"hash":"`)
)

// line reads one line. It skips blank lines: ending a torn line that was whole after all leaves one.
func (d *decoder) line(line rawLine) (s step, skip bool, err error) {
	if line.tooLong {
		return step{}, false, fmt.Errorf("it is longer than %d bytes", maxLine)
	}
	text := bytes.TrimSpace(line.text)
	if len(text) == 0 {
		return step{}, true, nil
	}
	at, hash, usual := d.split(text)
	if usual {
		if known := d.known[string(d.rest)]; known != nil {
			return step{at: at, hash: string(hash), what: known}, false, nil
		}
	}
	e, err := decode(text)
	if err != nil {
		return step{}, false, err
	}
	if usual && len(d.known) < maxKnown && e.At.Equal(at) && e.Hash == string(hash) {
		if d.known == nil {
			d.known = map[string]*Event{}
		}
		d.known[string(d.rest)] = &e
	}
	return step{at: e.At, hash: e.Hash, what: &e}, false, nil
}

// split takes the time and the hash out of a line and leaves the rest in d.rest. usual is false for a line that Append would
// not have written like this; what it says is for the JSON parser alone to find out.
func (d *decoder) split(text []byte) (at time.Time, hash []byte, usual bool) {
	after, ok := bytes.CutPrefix(text, head)
	i := bytes.IndexByte(after, '"')
	if !ok || i < 0 || at.UnmarshalText(after[:i]) != nil {
		return at, nil, false
	}
	after = after[i:]
	if bytes.Contains(after, inAt) {
		return at, nil, false
	}
	before, hash, ok := bytes.Cut(after, inHash)
	if !ok {
		d.rest = append(d.rest[:0], after...)
		return at, nil, true
	}
	i = bytes.IndexByte(hash, '"')
	if i < 0 || !isHex(hash[:i]) || bytes.Contains(hash, inHash) {
		return at, nil, false
	}
	d.rest = append(append(append(d.rest[:0], before...), inHash...), hash[i:]...)
	return at, hash[:i], true
}

func isHex(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// decode reads a line of any form.
func decode(text []byte) (Event, error) {
	var r record
	err := json.Unmarshal(text, &r)
	if err != nil {
		// A later version may give the fields other types.
		var head struct {
			V int `json:"v"`
		}
		if json.Unmarshal(text, &head) != nil {
			return Event{}, err
		}
		r = record{V: head.V}
	}
	switch {
	case r.V > version:
		return Event{}, fmt.Errorf("%w: version %d where this program knows version %d", ErrNewer, r.V, version)
	case r.V < 1:
		return Event{}, errors.New("it names no version")
	case err != nil:
		return Event{}, err
	}
	return r.Event, nil
}
