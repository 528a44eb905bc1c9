//go:build !amd64

package grammar

const wide, wider = false, false

func lanesWide(*byte, int, *[4]uint64) {}

func standsWide(_, _, _ *byte, _ int) bool { return false }

func lineEndsWide(*byte, int, *int32) int { return 0 }

func rosterHash(*byte, int, *uint64, *[64]byte, uint32) uint32 { return 0 }

func rosterKey(int, *uint64, *[64]byte) {}

func callRoster(*rollCall) int { return 0 }

func lineEndsWider(*byte, int, *int32) int { return 0 }
