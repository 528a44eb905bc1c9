package grammar

import "golang.org/x/sys/cpu"

// wide tells whether the processor has the registers of 32 bytes that the functions here need.
var wide = cpu.X86.HasAVX2

// lanesWide is lanes for n bytes, 32 at least.
//
//go:noescape
func lanesWide(b *byte, n int, into *[4]uint64)

// standsWide is stands for n bytes, 32 at least.
//
//go:noescape
func standsWide(text, digits, b *byte, n int) bool

// lineEndsWide writes where line breaks stand in n bytes, a multiple of 32, and returns how many there are.
//
//go:noescape
func lineEndsWide(b *byte, n int, into *int32) int
