package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"strings"
	"time"
)

// secretSize is the facilitator's secret in bytes, before it is written as text.
const secretSize = 32

// newSecret makes a facilitator's secret or a token.
func newSecret(prefix string) string {
	b := make([]byte, secretSize)
	_, _ = rand.Read(b) // it never fails
	return prefix + base64.RawURLEncoding.EncodeToString(b)
}

// newID is a participant's id. It is no secret.
func newID() string { return "p_" + strings.ToLower(rand.Text()[:16]) }

// codeLetters are those of join codes: none is easily taken for another.
const codeLetters = "ABCDEFGHJKMNPQRSTVWXYZ23456789"

const codeLength = 8

// access is who may do what. The secret is in memory only, and in its file: from
// it come the join codes and the cookies, so that every board that knows it
// agrees on them and no database holds one.
type access struct{ secret string }

func (a access) derive(what string, from []byte) []byte {
	mac := hmac.New(sha256.New, []byte(a.secret))
	mac.Write([]byte(what))
	mac.Write(from)
	return mac.Sum(nil)
}

// code is the join code of a salt.
func (a access) code(salt []byte) string {
	var out strings.Builder
	for i, b := 0, a.derive("join code\x00", salt); out.Len() < codeLength; i++ {
		if i == len(b) {
			i, b = 0, a.derive("join code\x00", b)
		}
		if int(b[i]) < 256/len(codeLetters)*len(codeLetters) { // every letter as often
			out.WriteByte(codeLetters[int(b[i])%len(codeLetters)])
		}
	}
	return out.String()
}

// tidyCode is a code as somebody may have typed it.
func tidyCode(typed string) string {
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' {
			return -1
		}
		return r
	}, strings.ToUpper(typed))
}

func (h hash) is(secret string) bool {
	other := hashOf(secret)
	return subtle.ConstantTimeCompare(h[:], other[:]) == 1
}

// sessionTime is how long the page's cookie holds.
const sessionTime = 12 * time.Hour

// cookieName differs from one secret to the next, since browsers keep the
// cookies of all ports of a machine together.
func (a access) cookieName() string {
	return "leakproof_" + hex.EncodeToString(a.derive("name", nil)[:4])
}

// newSession is the value of a cookie: when it ends, some random bytes, and the
// proof that a board with this secret made it.
func (a access) newSession(now time.Time) string {
	b := binary.BigEndian.AppendUint64(nil, uint64(now.Add(sessionTime).Unix()))
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // it never fails
	b = append(b, salt...)
	return base64.RawURLEncoding.EncodeToString(append(b, a.derive("session\x00", b)...))
}

// csrf is the token of the page that a session looks at, "" if it is no session.
func (a access) csrf(session string, now time.Time) string {
	b, err := base64.RawURLEncoding.DecodeString(session)
	if err != nil || len(b) != 8+16+sha256.Size {
		return ""
	}
	if subtle.ConstantTimeCompare(a.derive("session\x00", b[:24]), b[24:]) != 1 || now.Unix() >= int64(binary.BigEndian.Uint64(b)) {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(a.derive("csrf\x00", b))
}

// bearer is the token of a request, "" if it has none.
func bearer(r *http.Request) string {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
