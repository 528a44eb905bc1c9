//go:build !linux

package store

// networkFileSystem knows no file systems here.
func networkFileSystem(string) string { return "" }
