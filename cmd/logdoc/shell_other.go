//go:build !unix

package main

// shellBehind reports whether a shell with job control waits behind this program: there is none.
func shellBehind() bool { return false }
