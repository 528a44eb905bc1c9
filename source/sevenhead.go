package source

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// The marks of the parts of a 7z's list of members.
const (
	sevenEnd           = 0x00
	sevenHeader        = 0x01
	sevenStreams       = 0x04
	sevenFiles         = 0x05
	sevenPackInfo      = 0x06
	sevenUnpackInfo    = 0x07
	sevenSubStreams    = 0x08
	sevenSize          = 0x09
	sevenSums          = 0x0a
	sevenFolders       = 0x0b
	sevenUnpackSize    = 0x0c
	sevenCounts        = 0x0d
	sevenEmptyStream   = 0x0e
	sevenEmptyFile     = 0x0f
	sevenNames         = 0x11
	sevenCreated       = 0x12
	sevenAccessed      = 0x13
	sevenModified      = 0x14
	sevenAttributes    = 0x15
	sevenPackedHeader  = 0x17
	sevenPadding       = 0x19
	sevenLocked        = "\x06\xf1\x07\x01"
	sevenLZMA          = "\x03\x01\x01"
	sevenLZMA2         = "\x21"
	sevenPPMd          = "\x03\x04\x01"
	maxSevenCoders     = 16
	maxSevenProperties = 1 << 10
	// maxSevenLookups bounds members times folders, which is how often the library looks for a member's folder.
	maxSevenLookups = 1 << 31
)

// sevenMethods are the ways of packing and the filters that 7-Zip itself writes. Those of other programs' 7z files are refused: their decoders bound no memory.
var sevenMethods = map[string]bool{
	"\x00": true, "\x03": true, sevenLZMA: true, sevenLZMA2: true, sevenPPMd: true, "\x04\x01\x08": true, "\x04\x02\x02": true, sevenLocked: true, "\x0a": true,
	"\x03\x03\x01\x03": true, "\x03\x03\x01\x1b": true, "\x03\x03\x02\x05": true, "\x03\x03\x05\x01": true, "\x03\x03\x08\x05": true,
}

// sevenChecker walks through a list of members with a hand on its counts: each is compared with the limits and with the bytes that are there, before anything is
// made of that size.
type sevenChecker struct {
	rest    []byte
	members int
	err     error
	head    sevenHead
	packed  uint64 // streams
	holders uint64 // members with content
}

// checkSevenHead checks an unpacked list of members. An archive of nothing but empty members has no streams.
func checkSevenHead(list []byte, members int) (*sevenHead, error) {
	c := &sevenChecker{rest: list, members: members}
	c.expect(sevenHeader)
	mark := c.byte()
	if mark == sevenStreams {
		c.streams()
		mark = c.byte()
	}
	var files, empty uint64
	if mark == sevenFiles {
		files, empty = c.files()
		mark = c.byte()
	}
	if mark != sevenEnd || len(c.rest) > 0 || files-empty != c.holders {
		c.fail(errSevenHead)
	}
	if files*uint64(len(c.head.folders)) > maxSevenLookups {
		c.fail(limitError("it has too many members that are packed one by one: unpack it by itself and give the folder"))
	}
	return &c.head, c.err
}

// fail keeps the first error; nothing is left to read behind it.
func (c *sevenChecker) fail(err error) {
	if c.err == nil {
		c.err = err
	}
	c.rest = nil
}

func (c *sevenChecker) bytes(n uint64) []byte {
	if n > uint64(len(c.rest)) {
		c.fail(errSevenHead)
		return nil
	}
	out := c.rest[:n]
	c.rest = c.rest[n:]
	return out
}

func (c *sevenChecker) byte() byte {
	if b := c.bytes(1); b != nil {
		return b[0]
	}
	return 0xff
}

func (c *sevenChecker) expect(mark byte) {
	if c.byte() != mark {
		c.fail(errSevenHead)
	}
}

// number reads a number whose first byte says, by its leading ones, how many follow.
func (c *sevenChecker) number() uint64 {
	first := c.byte()
	more := bits.LeadingZeros8(^first)
	var v uint64
	for i, b := range c.bytes(uint64(more)) {
		v |= uint64(b) << (8 * i)
	}
	if more < 7 {
		v |= uint64(first&(1<<(7-more)-1)) << (8 * more)
	}
	if c.err != nil {
		return 0
	}
	return v
}

// count reads how many of something follow. There is at least a bit of each, and no more than limit.
func (c *sevenChecker) count(limit uint64) uint64 {
	n := c.number()
	if n > limit || n > 8*uint64(len(c.rest)) {
		c.fail(errSevenHead)
		return 0
	}
	return n
}

// flags reads n bits and returns how many are set.
func (c *sevenChecker) flags(n uint64) uint64 {
	var set uint64
	for i, b := range c.bytes((n + 7) / 8) {
		if left := n - 8*uint64(i); left < 8 {
			b &= ^byte(0) << (8 - left)
		}
		set += uint64(bits.OnesCount8(b))
	}
	return set
}

// defined reads which of n have a value, all or some of them.
func (c *sevenChecker) defined(n uint64) uint64 {
	if c.byte() != 0 {
		return n
	}
	return c.flags(n)
}

func (c *sevenChecker) sums(n uint64) { c.bytes(4 * c.defined(n)) }

// streams reads how the content is packed.
func (c *sevenChecker) streams() {
	mark := c.byte()
	if mark == sevenPackInfo {
		c.packInfo()
		mark = c.byte()
	}
	if mark == sevenUnpackInfo {
		c.unpackInfo()
		mark = c.byte()
	}
	c.holders = uint64(len(c.head.folders))
	if mark == sevenSubStreams && c.holders > 0 {
		c.subStreams()
		mark = c.byte()
	}
	if mark != sevenEnd {
		c.fail(errSevenHead)
	}
}

func (c *sevenChecker) packInfo() {
	c.number()
	c.packed = c.count(uint64(c.members) * maxSevenCoders)
	mark := c.byte()
	if mark == sevenSize {
		for range c.packed {
			c.number()
		}
		mark = c.byte()
	} else {
		c.fail(errSevenHead)
	}
	if mark == sevenSums {
		c.sums(c.packed)
		mark = c.byte()
	}
	if mark != sevenEnd {
		c.fail(errSevenHead)
	}
}

func (c *sevenChecker) unpackInfo() {
	c.expect(sevenFolders)
	folders := c.number()
	if folders > uint64(c.members) {
		c.fail(sevenTooMany(c.members))
	}
	c.expect(0) // elsewhere
	var packed uint64
	var coders []int
	for range folders {
		coders = append(coders, c.folder(&packed))
		if c.err != nil {
			return
		}
	}
	if packed != c.packed {
		c.fail(errSevenHead)
	}
	c.expect(sevenUnpackSize)
	for i, n := range coders {
		f := &c.head.folders[i]
		for range n {
			f.size = max(f.size, c.number())
		}
		if f.size > 1<<60 {
			c.fail(errSevenHead)
		}
	}
	mark := c.byte()
	if mark == sevenSums {
		c.sums(folders)
		mark = c.byte()
	}
	if mark != sevenEnd {
		c.fail(errSevenHead)
	}
}

// folder reads how one stream is packed, and returns by how many coders one after the other.
func (c *sevenChecker) folder(packed *uint64) int {
	var f sevenFolder
	coders := c.count(maxSevenCoders)
	var in uint64
	for range coders {
		in += c.coder(&f)
	}
	// A count that was refused must not be counted to.
	if c.err != nil || coders == 0 || in < coders {
		c.fail(errSevenHead)
		return 0
	}
	for range 2 * (coders - 1) { // pairs of what goes from one coder into another
		if c.number() >= in {
			c.fail(errSevenHead)
		}
	}
	streams := in - (coders - 1)
	*packed += streams
	for range streams {
		if streams > 1 && c.number() >= in {
			c.fail(errSevenHead)
		}
	}
	c.head.folders = append(c.head.folders, f)
	return int(coders)
}

// coder reads one coder of a folder, and returns how many streams go into it.
func (c *sevenChecker) coder(f *sevenFolder) uint64 {
	flags := c.byte()
	method := string(c.bytes(uint64(flags & 0x0f)))
	in, out := uint64(1), uint64(1)
	if flags&0x10 != 0 {
		in, out = c.number(), c.number()
	}
	if flags&0xc0 != 0 || in == 0 || in > 4 || out != 1 {
		c.fail(errSevenHead)
	}
	var properties []byte
	if flags&0x20 != 0 {
		properties = c.bytes(c.count(maxSevenProperties))
	}
	switch {
	case method == sevenLocked:
		f.locked = true
	case !sevenMethods[method]:
		f.refused = fmt.Errorf("it is packed by the method %x, which logdoc does not know: unpack it and give the result", method)
	case sevenMemory(method, properties) > xzWindow:
		f.refused = errWindow
	}
	return in
}

// sevenMemory returns how much a decoder will allocate, as its properties say.
func sevenMemory(method string, properties []byte) uint64 {
	switch {
	case (method == sevenLZMA || method == sevenPPMd) && len(properties) >= 5:
		return uint64(binary.LittleEndian.Uint32(properties[1:]))
	case method == sevenLZMA2 && len(properties) == 1 && properties[0] < 41:
		return uint64(2|properties[0]&1) << (properties[0]/2 + 11)
	}
	return 0
}

// subStreams reads how the streams are divided into members.
func (c *sevenChecker) subStreams() {
	counts := make([]uint64, len(c.head.folders))
	c.holders = 0
	mark := c.byte()
	for i := range counts {
		counts[i] = 1
		if mark == sevenCounts {
			counts[i] = c.number()
		}
		if c.holders += counts[i]; counts[i] > uint64(c.members) || c.holders > uint64(c.members) {
			c.fail(sevenTooMany(c.members))
			return
		}
	}
	if mark == sevenCounts {
		mark = c.byte()
	}
	if mark == sevenSize {
		for i, n := range counts {
			var sum uint64
			for j := uint64(1); j < n; j++ {
				size := c.number()
				if sum += size; size > c.head.folders[i].size || sum > c.head.folders[i].size {
					c.fail(errSevenHead)
					return
				}
			}
		}
		mark = c.byte()
	}
	if mark == sevenSums {
		c.sums(c.holders)
		mark = c.byte()
	}
	if mark != sevenEnd {
		c.fail(errSevenHead)
	}
}

// files reads the members' names and times. empty counts those without content.
func (c *sevenChecker) files() (files, empty uint64) {
	files = c.number()
	switch {
	case files > uint64(c.members):
		c.fail(sevenTooMany(c.members))
		return 0, 0
	case files > uint64(len(c.rest)): // each has a name of two bytes at least
		c.fail(errSevenHead)
		return 0, 0
	}
	named := false
	for c.err == nil {
		mark := c.byte()
		if mark == sevenEnd {
			break
		}
		length := c.number()
		before := uint64(len(c.rest))
		switch mark {
		case sevenEmptyStream:
			empty = c.flags(files)
		case sevenEmptyFile:
			c.flags(empty)
		case sevenCreated, sevenAccessed, sevenModified:
			n := c.defined(files)
			c.expect(0)
			c.bytes(8 * n)
		case sevenAttributes:
			n := c.defined(files)
			c.expect(0)
			c.bytes(4 * n)
		case sevenNames:
			named = true
			if length < 1+2*files {
				c.fail(errSevenHead)
			}
			c.expect(0)
			c.bytes(length - 1)
		case sevenPadding:
			c.bytes(length)
		default:
			c.fail(errSevenHead)
		}
		if before-uint64(len(c.rest)) != length {
			c.fail(errSevenHead)
		}
	}
	if files > 0 && !named {
		c.fail(errSevenHead)
	}
	return files, empty
}
