package main

import (
	"crypto/rand"
	"math/big"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	manners = strings.Fields(`Quiet Calm Bright Gentle Keen Steady Brave Swift Patient Curious Merry Clever Kind Nimble Proud
		Sunny Bold Wise Lively Silent Golden Silver Amber Early Lucky Humble Daring Mellow Candid Cheerful`)
	birds = strings.Fields(`Heron Wren Falcon Plover Robin Osprey Swift Curlew Lapwing Kestrel Finch Magpie Avocet Bittern
		Cormorant Crane Dipper Dove Dunlin Egret Gannet Goshawk Grebe Harrier Hoopoe Jackdaw Kingfisher Kite Lark Linnet
		Merlin Nightingale Nuthatch Oriole Owl Pelican Pipit Puffin Raven Redstart Sandpiper Shrike Siskin Starling Stork
		Swallow Tern Thrush Wagtail Warbler`)
)

// pseudonym is a name for somebody who gave none.
func pseudonym() string { return manners[below(len(manners))] + " " + birds[below(len(birds))] }

func below(n int) int {
	i, _ := rand.Int(rand.Reader, big.NewInt(int64(n))) // it never fails
	return int(i.Int64())
}

// newID is a participant's id. It is no secret.
func newID() string { return "p_" + strings.ToLower(rand.Text()[:16]) }

// sentence is an error as an answer shows it: with a capital and a full stop.
func sentence(err error) string {
	text := err.Error()
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(text[size:], ".") + "."
}
