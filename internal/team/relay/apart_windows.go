package relay

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// apart is without the console: a Ctrl+C does not reach the relay, so that the workbook decides when it ends, and a workbook in the
// background opens no window.
var apart = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NO_WINDOW | windows.CREATE_NEW_PROCESS_GROUP}
