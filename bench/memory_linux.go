package main

import (
	"bytes"
	"fmt"
	"os"
	"syscall"
	"time"
)

// peakMemory returns a finished process's peak resident memory in KiB.
func peakMemory(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return usage.Maxrss
	}
	return 0
}

// runningPeak returns a running process's peak resident memory in KiB, without that of the program that has started it.
func runningPeak(p *os.Process) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := bytes.Cut(text, []byte("VmHWM:"))
	var peak int64
	fmt.Sscan(string(rest), &peak)
	return peak
}

// runningTime returns what a running process has taken of the processors, to a hundredth of a second.
func runningTime(p *os.Process) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Pid))
	if err != nil {
		return 0
	}
	// The name, in brackets, may hold anything. Behind it, user and system time are the twelfth and thirteenth fields.
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	var user, system int64
	fmt.Sscan(string(fields[11]), &user)
	fmt.Sscan(string(fields[12]), &system)
	const tick = 10 * time.Millisecond
	return time.Duration(user+system) * tick
}

// freeBytes returns how many bytes the disk of a folder still takes, -1 if unknown.
func freeBytes(dir string) int64 {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return -1
	}
	return int64(s.Bavail) * s.Bsize
}
