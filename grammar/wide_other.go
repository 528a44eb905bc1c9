//go:build !amd64

package grammar

const wide = false

func lanesWide(*byte, int, *[4]uint64) {}

func standsWide(_, _, _ *byte, _ int) bool { return false }

func lineEndsWide(*byte, int, *int32) int { return 0 }
