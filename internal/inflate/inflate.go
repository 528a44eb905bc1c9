// Package inflate decodes deflate (RFC 1951), faster than the decoders of others that are written in Go: it reads eight bytes of the stream at a time, and decodes into a window that matches are copied within.
//
// In goes a buffered reader, out comes what was packed; what follows the stream is not touched. It knows nothing of files or of sums. A stream that is cut or damaged gives what stands
// before that. It holds one window, whatever a stream says.
package inflate

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

// ErrCorrupt says that a stream is no deflate from some place on.
var ErrCorrupt = errors.New("inflate: corrupt input")

const (
	// history is how far a match may reach back.
	history = 32 << 10
	// room is what a turn of the fast loop may give: two letters, the longest match, and what copying it by words writes behind it.
	room = 2 + 258 + 8
	// windowSize lets the processor's second cache hold what is decoded until it is taken.
	windowSize = history + 96<<10
	// ahead is how many bytes of input the fast loop wants to see.
	ahead = 16
)

// Reader decodes one stream, or several one after the other.
type Reader struct {
	in  *bufio.Reader
	own *bufio.Reader // for input that has no buffer
	err error

	// Bits of the stream that were taken out of in, fewer than eight between steps.
	bits  uint64
	count uint

	window     [windowSize]byte
	given, end int // what was given out of the window, and what is decoded

	step      func(*Reader) error
	final     bool
	stored    int // bytes of a stored block that are to come
	symbols   *symbolTable
	distances *distanceTable

	ownSymbols   symbolTable
	ownDistances distanceTable
	lengthTable  [1 << lengthBits]entry
	lengths      [maxSymbols + maxDistances]uint8
}

// readers that were closed are used again: an archive may have hundreds of thousands of members.
var readers = sync.Pool{New: func() any { return new(Reader) }}

// Open returns a reader of the stream that comes next in in, to be closed. What follows the stream is left in in if that is a *bufio.Reader.
func Open(in io.Reader) *Reader {
	r := readers.Get().(*Reader)
	buffered, ok := in.(*bufio.Reader)
	if !ok {
		if r.own == nil {
			r.own = bufio.NewReaderSize(nil, 32<<10)
		}
		r.own.Reset(in)
		buffered = r.own
	}
	r.in = buffered
	r.Next()
	return r
}

// Close gives the reader back. It must not be used afterwards.
func (r *Reader) Close() error {
	if r.own != nil {
		r.own.Reset(nil)
	}
	r.in = nil
	readers.Put(r)
	return nil
}

// Next goes on to another stream, which comes next in the input.
func (r *Reader) Next() {
	r.err = nil
	r.bits, r.count = 0, 0
	r.given, r.end = 0, 0
	r.step, r.final = (*Reader).block, false
}

// Read gives what was packed. The stream's end is io.EOF, a cut one io.ErrUnexpectedEOF, and a damaged one ErrCorrupt.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for r.given == r.end {
		if r.err != nil {
			return 0, r.err
		}
		if r.end > windowSize-room {
			copy(r.window[:], r.window[r.end-history:r.end])
			r.given, r.end = history, history
		}
		r.err = r.step(r)
	}
	n := copy(p, r.window[r.given:r.end])
	r.given += n
	return n, nil
}

// take returns the next n bits, up to 16.
func (r *Reader) take(n uint) (int, error) {
	for r.count < n {
		if err := r.more(); err != nil {
			return 0, err
		}
	}
	v := int(r.bits & (1<<n - 1))
	r.bits >>= n
	r.count -= n
	return v, nil
}

// more takes one byte of the input.
func (r *Reader) more() error {
	c, err := r.in.ReadByte()
	r.bits |= uint64(c) << r.count
	r.count += 8
	return cut(err)
}

// cut makes the end of the input an error, where more is due.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// block reads the head of a block.
func (r *Reader) block() error {
	if r.final {
		r.bits, r.count = 0, 0
		return io.EOF
	}
	head, err := r.take(3)
	if err != nil {
		return err
	}
	r.final = head&1 == 1
	switch head >> 1 {
	case 0:
		return r.storedHead()
	case 1:
		r.symbols, r.distances = &fixedSymbols, &fixedDistances
		r.step = (*Reader).decode
		return nil
	case 2:
		r.step = (*Reader).decode
		return r.tables()
	}
	return ErrCorrupt
}

// storedHead reads how much is stored as it is, which begins with a whole byte.
func (r *Reader) storedHead() error {
	r.bits, r.count = 0, 0
	var head [4]byte
	if _, err := io.ReadFull(r.in, head[:]); err != nil {
		return cut(err)
	}
	size := binary.LittleEndian.Uint16(head[:])
	if size != ^binary.LittleEndian.Uint16(head[2:]) {
		return ErrCorrupt
	}
	r.stored, r.step = int(size), (*Reader).copyStored
	return nil
}

func (r *Reader) copyStored() error {
	if r.stored == 0 {
		r.step = (*Reader).block
		return nil
	}
	n, err := r.in.Read(r.window[r.end:min(r.end+r.stored, windowSize)])
	r.end += n
	r.stored -= n
	if n > 0 {
		return nil // an error comes again
	}
	return cut(err)
}

// lengthOrder is in which order the lengths of the codes for lengths are written.
var lengthOrder = [...]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// tables reads the codes of a block.
func (r *Reader) tables() error {
	counts, err := r.take(14)
	if err != nil {
		return err
	}
	symbols, distances, codes := counts&31+257, counts>>5&31+1, counts>>10+4
	if symbols > maxSymbols || distances > maxDistances {
		return ErrCorrupt
	}
	var short [19]uint8
	for _, at := range lengthOrder[:codes] {
		n, err := r.take(3)
		if err != nil {
			return err
		}
		short[at] = uint8(n)
	}
	if !build(r.lengthTable[:], lengthBits, lengthEntries[:], short[:]) {
		return ErrCorrupt
	}
	lengths := r.lengths[:symbols+distances]
	for i := 0; i < len(lengths); {
		e, err := r.symbol(r.lengthTable[:], lengthBits)
		if err != nil {
			return err
		}
		n := uint8(e >> valueShift)
		if n < 16 {
			lengths[i] = n
			i++
			continue
		}
		again, bits, what := 3, uint(2), uint8(0)
		switch n {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			what = lengths[i-1]
		case 17:
			bits = 3
		case 18:
			again, bits = 11, 7
		}
		more, err := r.take(bits)
		if err != nil {
			return err
		}
		again += more
		if i+again > len(lengths) {
			return ErrCorrupt
		}
		for range again {
			lengths[i] = what
			i++
		}
	}
	if !build(r.ownSymbols[:], symbolBits, symbolEntries[:], lengths[:symbols]) || !build(r.ownDistances[:], distanceBits, distanceEntries[:], lengths[symbols:]) {
		return ErrCorrupt
	}
	r.symbols, r.distances = &r.ownSymbols, &r.ownDistances
	return nil
}

// symbol takes one code, whose entry it returns, with no more of the input than the code needs. Bits that are added are left.
func (r *Reader) symbol(table []entry, index uint) (entry, error) {
	for {
		e := table[r.bits&(1<<index-1)]
		if e&isFurther != 0 {
			e = table[uint64(e>>valueShift)+r.bits>>index&(1<<(longest-index)-1)]
		}
		code := uint(e >> codeShift & codeMask)
		if code > 0 && code <= r.count {
			r.bits >>= code
			r.count -= code
			return e, nil
		}
		if r.count >= longest || code == 0 && e != 0 {
			return 0, ErrCorrupt
		}
		if err := r.more(); err != nil {
			return 0, err
		}
	}
}

// decode decodes until the window is full, the block ends, or more input is to be waited for while something was decoded.
func (r *Reader) decode() error {
	for r.end <= windowSize-room {
		if r.in.Buffered() < ahead {
			if r.end > r.given && r.in.Buffered() == 0 {
				return nil
			}
			if done, err := r.one(); done || err != nil {
				return err
			}
			continue
		}
		in, _ := r.in.Peek(r.in.Buffered())
		used, done, err := r.many(in)
		if _, short := r.in.Discard(used); short != nil {
			return short
		}
		if done || err != nil {
			return err
		}
	}
	return nil
}

// one decodes one symbol, with no more of the input than it needs.
func (r *Reader) one() (done bool, err error) {
	e, err := r.symbol(r.symbols[:], symbolBits)
	switch {
	case err != nil:
		return false, err
	case e&isLiteral != 0:
		r.window[r.end] = byte(e >> valueShift)
		r.end++
		return false, nil
	case e&isEnd != 0:
		r.step = (*Reader).block
		return true, nil
	}
	length, err := r.sum(e)
	if err != nil {
		return false, err
	}
	if e, err = r.symbol(r.distances[:], distanceBits); err != nil {
		return false, err
	}
	distance, err := r.sum(e)
	if err != nil {
		return false, err
	}
	if distance > r.end {
		return false, ErrCorrupt
	}
	for range length {
		r.window[r.end] = r.window[r.end-distance]
		r.end++
	}
	return false, nil
}

// sum adds the bits that stand behind a code to its value.
func (r *Reader) sum(e entry) (int, error) {
	more, err := r.take(uint(e&takenMask - e>>codeShift&codeMask))
	return int(e>>valueShift) + more, err
}

// many decodes while there is input to look ahead at and room in the window. It returns how many bytes it has used, and whether the block has ended.
func (r *Reader) many(in []byte) (used int, done bool, err error) {
	symbols, distances, window := r.symbols, r.distances, &r.window
	bits, count, at, end := r.bits, r.count, 0, r.end
	for at <= len(in)-ahead && end <= windowSize-room {
		// As many whole bytes as the bits have room for. What else is loaded is loaded once more the next time.
		bits |= binary.LittleEndian.Uint64(in[at:]) << (count & 63)
		at += int(63-count) >> 3
		count |= 56
		e := symbols[bits&(1<<symbolBits-1)]
		if e&isLiteral != 0 {
			bits >>= e & takenMask
			count -= uint(e & takenMask)
			window[end] = byte(e >> valueShift)
			end++
			if e = symbols[bits&(1<<symbolBits-1)]; e&isLiteral != 0 {
				bits >>= e & takenMask
				count -= uint(e & takenMask)
				window[end] = byte(e >> valueShift)
				end++
				e = symbols[bits&(1<<symbolBits-1)]
			}
		}
		if e&isFurther != 0 {
			e = symbols[e>>valueShift+entry(bits>>symbolBits)&(1<<(longest-symbolBits)-1)]
		}
		taken := e & takenMask
		length := int(e>>valueShift) + int(bits&(1<<taken-1)>>(e>>codeShift&codeMask))
		bits >>= taken
		count -= uint(taken)
		if e&(isLiteral|isEnd) != 0 || e == 0 {
			if e&isLiteral != 0 {
				window[end] = byte(e >> valueShift)
				end++
				continue
			}
			if e == 0 {
				err = ErrCorrupt
			} else {
				done, r.step = true, (*Reader).block
			}
			break
		}
		bits |= binary.LittleEndian.Uint64(in[at:]) << (count & 63)
		at += int(63-count) >> 3
		count |= 56
		e = distances[bits&(1<<distanceBits-1)]
		if e&isFurther != 0 {
			e = distances[e>>valueShift+entry(bits>>distanceBits)&(1<<(longest-distanceBits)-1)]
		}
		taken = e & takenMask
		distance := int(e>>valueShift) + int(bits&(1<<taken-1)>>(e>>codeShift&codeMask))
		bits >>= taken
		count -= uint(taken)
		if e == 0 || distance > end {
			err = ErrCorrupt
			break
		}
		from, stop := end-distance, end+length
		if distance >= 8 {
			for ; end < stop; end, from = end+8, from+8 {
				binary.LittleEndian.PutUint64(window[end:], binary.LittleEndian.Uint64(window[from:]))
			}
			end = stop
			continue
		}
		for ; end < stop; end, from = end+1, from+1 {
			window[end] = window[from]
		}
	}
	// Whole bytes go back.
	at -= int(count >> 3)
	count &= 7
	r.bits, r.count, r.end = bits&(1<<count-1), count, end
	return at, done, err
}
