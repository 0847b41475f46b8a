//go:build unix

package cli

import "syscall"

// apart is a session of its own: no key pressed in the terminal and no hangup reaches it.
var apart = &syscall.SysProcAttr{Setsid: true}
