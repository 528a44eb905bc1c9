//go:build unix

package main

import (
	"os"

	"golang.org/x/sys/unix"
)

// shellBehind reports whether a shell with job control waits behind this program. Without one, as behind ssh HOST COMMAND, the system does not stop a program, and one
// that wants to be stopped would wait for ever.
func shellBehind() bool {
	parent := os.Getppid()
	session, err := unix.Getsid(0)
	if err != nil {
		return false
	}
	if of, err := unix.Getsid(parent); err != nil || of != session {
		return false
	}
	group, err := unix.Getpgid(parent)
	// A parent in our own group that leads the session is a shell that runs one command.
	return err == nil && (group != unix.Getpgrp() || parent != session)
}
