package report

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/regular"
	"example.com/leakproof/internal/team/room"
)

// Member is who the reports from a state folder are of. It says nothing about
// the person: both parts are random.
type Member struct {
	ID        string `json:"id"`        // 32 hexadecimal digits
	Pseudonym string `json:"pseudonym"` // "Quiet Heron"
}

const (
	memberFile  = "member.json" // in the state folder
	memberLimit = 4 << 10
	idBytes     = 16
)

// OfState is the member of a state folder; at first one is made and kept there.
func OfState(dir string) (Member, error) {
	place := filepath.Join(dir, memberFile)
	data, err := regular.Read(place, memberLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return newMember(dir, place)
	}
	if err != nil {
		return Member{}, fmt.Errorf("who the reports from this folder are of cannot be read (%w): make it readable, remove it to be somebody new, or choose another folder with --state", err)
	}
	var m Member
	err = json.Unmarshal(data, &m)
	if err == nil {
		m.Pseudonym, err = room.CleanName(m.Pseudonym)
	}
	if err != nil || !isID(m.ID) {
		return Member{}, fmt.Errorf("%s is damaged, so who the reports from this folder are of is not known: restore it, or remove it to be somebody new", place)
	}
	return m, nil
}

func newMember(dir, place string) (Member, error) {
	id := make([]byte, idBytes)
	_, _ = rand.Read(id) // it never fails
	m := Member{ID: hex.EncodeToString(id), Pseudonym: room.Pseudonym()}
	data, err := json.Marshal(m)
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = atomic.WriteFile(place, bytes.NewReader(append(data, '\n')))
	}
	if err != nil {
		return Member{}, fmt.Errorf("the pseudonym cannot be kept (%w): make %s writable, or choose another folder with --state", err, dir)
	}
	return m, nil
}

func isID(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 2*idBytes
}
