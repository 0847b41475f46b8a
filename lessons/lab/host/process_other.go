//go:build !unix

package host

import "time"

func beNice() {}

func processorTime() (time.Duration, bool) { return 0, false }

func openFiles() (int, bool) { return 0, false }
