//go:build !unix

package host

import (
	"os"
	"time"
)

func beNice() {}

func processorTime() (time.Duration, bool) { return 0, false }

func openFiles() (int, bool) { return 0, false }

func waitable(pipe *os.File) *os.File { return pipe }
