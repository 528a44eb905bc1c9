//go:build unix

package main

import (
	"time"

	"golang.org/x/sys/unix"
)

// monotonic is the time of the system's monotonic clock, which the service manager compares with its own; 0 where there is none.
func monotonic() time.Duration {
	var now unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &now) != nil {
		return 0
	}
	return time.Duration(now.Nano())
}
