//go:build race

package grammar

// The race detector makes sync.Pool forget at random what regular expressions keep in it.
func init() { raced = true }
