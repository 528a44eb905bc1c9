package main

import (
	"os"
	"syscall"
)

// peakMemory returns a finished process's peak resident memory in KiB.
func peakMemory(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}
