package report

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/natefinch/atomic"

	"example.com/leakproof/internal/regular"
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
	if err := json.Unmarshal(data, &m); err != nil || !isID(m.ID) || CheckName(m.Pseudonym) != nil {
		return Member{}, fmt.Errorf("%s is damaged, so who the reports from this folder are of is not known: restore it, or remove it to be somebody new", place)
	}
	return m, nil
}

func newMember(dir, place string) (Member, error) {
	id := make([]byte, idBytes)
	_, _ = rand.Read(id) // it never fails
	m := Member{ID: hex.EncodeToString(id), Pseudonym: pseudonym()}
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

// MaxName is how many letters a name may have.
const MaxName = 40

// CheckName fails if a name is none to be shown: it stands in tables beside
// those of others.
func CheckName(name string) error {
	odd := strings.IndexFunc(name, func(r rune) bool { return !unicode.IsPrint(r) })
	switch {
	case strings.TrimSpace(name) == "":
		return errors.New("a name needs a letter")
	case !utf8.ValidString(name):
		return errors.New("the name is not UTF-8")
	case odd >= 0:
		r, _ := utf8.DecodeRuneInString(name[odd:])
		return fmt.Errorf("the name has the character %U, which cannot be seen: leave it out", r)
	case utf8.RuneCountInString(name) > MaxName:
		return fmt.Errorf("the name has %d letters, and %d are the most: shorten it", utf8.RuneCountInString(name), MaxName)
	case strings.TrimSpace(name) != name:
		return errors.New("the name begins or ends with a space: leave it out")
	}
	return nil
}

// pseudonym is a name by chance. Who else has it is told by the id.
func pseudonym() string {
	return manners[mathrand.IntN(len(manners))] + " " + birds[mathrand.IntN(len(birds))]
}

var manners = strings.Fields(`Amber Bold Brave Bright Brisk Calm Careful Clever Cosy Curious Daring Early Fair Fearless Gentle Glad
	Golden Graceful Happy Honest Humble Jolly Keen Kind Lively Lucky Merry Mellow Nimble Patient Placid Playful Plucky Polite Proud
	Quick Quiet Ready Serene Silver Steady Sunny Swift Tidy Warm Wise Witty Zesty`)

var birds = strings.Fields(`Avocet Bittern Bunting Buzzard Chough Condor Crane Curlew Dipper Dunlin Egret Eider Falcon Finch Gannet Godwit
	Goldcrest Grebe Grouse Harrier Heron Hobby Hoopoe Ibis Jackdaw Kestrel Kite Lapwing Lark Linnet Magpie Merlin Nightjar Nuthatch
	Oriole Osprey Ouzel Petrel Pipit Plover Puffin Raven Redstart Robin Siskin Swallow Tern Wren`)
