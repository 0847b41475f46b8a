package contract

import (
	"crypto/rand"
	"strconv"
	"time"
)

// TimeID is the time in nanoseconds.
func TimeID() string {
	return strconv.FormatInt(time.Now().UnixNano(), 36)
}

// NewID has 128 random bits or more.
func NewID() string { return rand.Text() }
