package cli

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// apart is without the console, so that no key pressed in it and no closing of its window reaches it.
var apart = &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP, HideWindow: true}
