package grammar

import "golang.org/x/sys/cpu"

// wide tells whether the processor has the registers of 32 bytes that the functions here need.
var wide = cpu.X86.HasAVX2

// wider tells whether it has those of 64 bytes, and can leave some of the bytes out: then lines are looked for in a roster first.
var wider = wide && cpu.X86.HasAVX512F && cpu.X86.HasAVX512BW && cpu.X86.HasBMI1 && cpu.X86.HasPOPCNT

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

// lineEndsWider is lineEndsWide for a multiple of 64 bytes. There must be room for two more.
//
//go:noescape
func lineEndsWider(b *byte, n int, into *int32) int

// rosterHash returns the slot of a line of n bytes, rosterLine at most; masks are those of lengths, from 0, key is what its first bytes are multiplied with, and parent is the number of the entry
// that it follows.
//
//go:noescape
func rosterHash(line *byte, n int, masks *uint64, key *[64]byte, parent uint32) uint32

// rosterKey writes what the first bytes of a line are multiplied with that starts with a minute of n bytes, 64 at most; masks are those of lengths, from 0.
//
//go:noescape
func rosterKey(n int, masks *uint64, into *[64]byte)

// callRoster answers c, and returns how many lines it has found.
//
//go:noescape
func callRoster(c *rollCall) int
