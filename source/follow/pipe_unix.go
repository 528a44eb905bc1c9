//go:build unix

package follow

import "syscall"

// nonBlocking opens a pipe without waiting for one who writes.
const nonBlocking = syscall.O_NONBLOCK
