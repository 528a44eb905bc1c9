//go:build !amd64

package grammar

const wide, wider = false, false

func lanesWide(*byte, int, *[4]uint64) {}

func standsWide(_, _, _ *byte, _ int) bool { return false }

func lineEndsWide(*byte, int, *int32) int { return 0 }

func rosterHash(*byte, int, *uint64, uint32) uint32 { return 0 }

func callRoster(*rollCall) int { return 0 }

func lineEndsWider(*byte, int, *int32) int { return 0 }
