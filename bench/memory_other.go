//go:build !linux

package main

import (
	"os"
	"time"
)

// peakMemory returns 0: only Linux counts it in a unit that is known here.
func peakMemory(*os.ProcessState) int64 { return 0 }

// freeBytes returns -1 for unknown.
func freeBytes(string) int64 { return -1 }

// runningPeak is not known here.
func runningPeak(*os.Process) int64 { return 0 }

// runningTime is not known here.
func runningTime(*os.Process) time.Duration { return 0 }
