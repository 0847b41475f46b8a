package room

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// CleanName is a name as a room shows it: without surrounding white space and
// invisible marks. The error is a sentence for who chose it.
func CleanName(name string) (string, error) {
	if !utf8.ValidString(name) {
		return "", fmt.Errorf("the name is not UTF-8 text: choose another")
	}
	if n := utf8.RuneCountInString(name); n > 10*MaxName {
		return "", tooLong(n)
	}
	var b strings.Builder
	marks, space, visible := 0, false, false
	for _, r := range name {
		switch {
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r):
			continue // zero-width, bidirectional and other invisible marks
		case r == '\t' || unicode.Is(unicode.Zs, r) || slices.Contains(blanks, r):
			space = b.Len() > 0
			continue
		case !unicode.IsGraphic(r) || r == utf8.RuneError:
			return "", fmt.Errorf("the name holds the character %U, which cannot be shown: leave it out", r)
		}
		if unicode.Is(unicode.Mn, r) || unicode.Is(unicode.Me, r) {
			if marks++; marks > 3 || b.Len() == 0 {
				return "", fmt.Errorf("the name piles marks on a letter: use at most three")
			}
		} else {
			marks, visible = 0, true
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if !visible {
		return "", fmt.Errorf("the name has no letter that can be seen: choose another, or none")
	}
	if n := utf8.RuneCountInString(b.String()); n > MaxName {
		return "", tooLong(n)
	}
	return b.String(), nil
}

// blanks are letters and symbols by their class, and empty to the eye.
var blanks = []rune{'\u115f', '\u1160', '\u2800', '\u3164', '\uffa0'}

func tooLong(n int) error {
	return fmt.Errorf("the name has %d letters: choose one of at most %d", n, MaxName)
}

// Pseudonym is a name for somebody who gave none. Others may have it too.
func Pseudonym() string {
	return manners[rand.IntN(len(manners))] + " " + birds[rand.IntN(len(birds))]
}

var manners = strings.Fields(`Amber Bold Brave Bright Brisk Calm Careful Clever Cosy Curious Daring Early Fair Fearless Gentle Glad
	Golden Graceful Happy Honest Humble Jolly Keen Kind Lively Lucky Merry Mellow Nimble Patient Placid Playful Plucky Polite Proud
	Quick Quiet Ready Serene Silver Steady Sunny Swift Tidy Warm Wise Witty Zesty`)

var birds = strings.Fields(`Avocet Bittern Bunting Buzzard Chough Condor Crane Curlew Dipper Dunlin Egret Eider Falcon Finch Gannet Godwit
	Goldcrest Grebe Grouse Harrier Heron Hobby Hoopoe Ibis Jackdaw Kestrel Kite Lapwing Lark Linnet Magpie Merlin Nightjar Nuthatch
	Oriole Osprey Ouzel Petrel Pipit Plover Puffin Raven Redstart Robin Siskin Swallow Tern Wren`)
