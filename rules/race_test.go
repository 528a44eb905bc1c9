//go:build race

package rules

// The race detector makes sync.Pool forget at random what regular expressions keep in it.
func init() { raced = true }
