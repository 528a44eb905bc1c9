package inflate

import "math/bits"

// A table is looked up by the next bits of the stream. An entry is one of
//
//	a literal          isLiteral, the byte as its value
//	a length, distance the smallest one as its value, and how many bits more are added to it
//	the block's end    isEnd
//	a further table    isFurther, where it starts as its value: the code is longer than the table's index
//	0                  no code starts so
//
// Its lower bits say how many bits of the stream it takes, those that are added included, and how many of them are the code.
type entry = uint32

const (
	takenMask = 31
	codeShift = 8
	codeMask  = 15

	isFurther entry = 1 << 13
	isEnd     entry = 1 << 14
	isLiteral entry = 1 << 15
	special         = isFurther | isEnd

	valueShift = 16
)

// How many bits index the tables. Longer codes are rare, and take a second look.
const (
	symbolBits   = 11
	distanceBits = 9
	lengthBits   = 7 // of the codes that lengths of codes are written in: the longest there is
	longest      = 15
)

// The numbers of symbols.
const (
	maxSymbols   = 286
	maxDistances = 30
	endOfBlock   = 256
)

type (
	symbolTable   [1<<symbolBits + (maxSymbols+2)<<(longest-symbolBits)]entry
	distanceTable [1<<distanceBits + (maxDistances+2)<<(longest-distanceBits)]entry
)

// symbolEntries and distanceEntries are what the symbols stand for, without their codes.
var (
	symbolEntries   [maxSymbols + 2]entry
	distanceEntries [maxDistances + 2]entry
	lengthEntries   [19]entry
	fixedSymbols    symbolTable
	fixedDistances  distanceTable
)

func init() {
	for i := range endOfBlock {
		symbolEntries[i] = isLiteral | entry(i)<<valueShift
	}
	symbolEntries[endOfBlock] = isEnd
	length := 3
	for i := endOfBlock + 1; i < maxSymbols-1; i++ {
		more := max(0, (i-endOfBlock-1)/4-1)
		symbolEntries[i] = entry(length)<<valueShift | entry(more)
		length += 1 << more
	}
	symbolEntries[maxSymbols-1] = 258 << valueShift
	distance := 1
	for i := range maxDistances {
		more := max(0, i/2-1)
		distanceEntries[i] = entry(distance)<<valueShift | entry(more)
		distance += 1 << more
	}
	for i := range lengthEntries {
		lengthEntries[i] = isLiteral | entry(i)<<valueShift
	}
	var lengths [maxSymbols + 2]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	build(fixedSymbols[:], symbolBits, symbolEntries[:], lengths[:])
	for i := range maxDistances + 2 {
		lengths[i] = 5
	}
	build(fixedDistances[:], distanceBits, distanceEntries[:], lengths[:maxDistances+2])
}

// build makes a table of the codes that have these lengths, 0 for a symbol without one. It reports whether they are codes: as many as can be told apart, and no fewer, but for one of one bit alone and for
// none at all.
func build(table []entry, index uint, symbols []entry, lengths []uint8) bool {
	var count, next [longest + 1]int
	most := uint(0)
	for _, n := range lengths {
		count[n]++
		most = max(most, uint(n))
	}
	clear(table[:1<<index])
	if most == 0 {
		return true
	}
	code := 0
	for n := 1; n <= int(most); n++ {
		code <<= 1
		next[n] = code
		code += count[n]
	}
	if code != 1<<most && (code != 1 || most != 1) {
		return false
	}
	further := 1 << index // where the next further table starts
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		length := uint(n)
		// Codes stand in the stream with their first bit first.
		code := int(bits.Reverse16(uint16(next[n])) >> (16 - length))
		next[n]++
		e := symbols[symbol]
		if e != 0 { // else a symbol that means nothing
			e += entry(length) | entry(length)<<codeShift
		}
		if length <= index {
			for at := code; at < 1<<index; at += 1 << length {
				table[at] = e
			}
			continue
		}
		head := code & (1<<index - 1)
		size := longest - index
		if table[head] == 0 {
			table[head] = isFurther | entry(further)<<valueShift
			clear(table[further : further+1<<size])
			further += 1 << size
		}
		rest := table[int(table[head]>>valueShift):]
		for at := code >> index; at < 1<<size; at += 1 << (length - index) {
			rest[at] = e
		}
	}
	return true
}
