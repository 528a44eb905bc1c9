package source

import (
	"bufio"
	"bytes"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// encoding says how the bytes of a stream are to be decoded, and how many at the start are the byte order mark.
type encoding struct {
	name string
	mark int
	wide bool
	big  bool
}

// encodingOf goes by the byte order mark, else by where the NULs stand: text of the Western kind in UTF-16 has one in every other byte.
func encodingOf(head []byte) encoding {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encoding{name: "utf-8", mark: 3}
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encoding{name: "utf-16le", mark: 2, wide: true}
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encoding{name: "utf-16be", mark: 2, wide: true, big: true}
	}
	head = head[:min(len(head), 4<<10)]
	pairs := len(head) / 2
	var nuls, text [2]int
	for i, c := range head[:pairs*2] {
		switch {
		case c == 0:
			nuls[i%2]++
		case c >= ' ' && c != 0x7f || c == '\t' || c == '\r' || c == '\n':
			text[i%2]++
		}
	}
	// The half that holds the text has hardly a NUL or control character, the other is mostly NULs.
	written := func(text, nulsOfOther int) bool {
		return pairs >= 4 && text*20 >= pairs*19 && nulsOfOther*10 >= pairs*6
	}
	switch {
	case written(text[0], nuls[1]):
		return encoding{name: "utf-16le", wide: true}
	case written(text[1], nuls[0]):
		return encoding{name: "utf-16be", wide: true, big: true}
	}
	return encoding{name: "utf-8"}
}

// utf16Reader turns UTF-16 into UTF-8. Half a pair and a last odd byte become U+FFFD, so that nothing vanishes without a trace.
type utf16Reader struct {
	r    io.Reader
	big  bool
	in   [4096]byte
	held int // bytes of in that wait for the rest of their character
	out  []byte
	next int // of out
	err  error
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	for idle := 0; u.next == len(u.out); idle++ {
		if u.err != nil {
			return 0, u.err
		}
		if idle == 100 {
			return 0, io.ErrNoProgress
		}
		u.fill()
	}
	n := copy(p, u.out[u.next:])
	u.next += n
	return n, nil
}

func (u *utf16Reader) fill() {
	n, err := u.r.Read(u.in[u.held:])
	u.err = err
	in := u.in[:u.held+n]
	u.out, u.next = u.out[:0], 0
	for len(in) >= 2 {
		c, size := rune(u.unit(in)), 2
		if utf16.IsSurrogate(c) {
			if len(in) < 4 && err == nil && c < 0xdc00 {
				break
			}
			pair := rune(utf8.RuneError)
			if len(in) >= 4 {
				pair = utf16.DecodeRune(c, rune(u.unit(in[2:])))
			}
			if c = pair; c != utf8.RuneError {
				size = 4
			}
		}
		u.out = utf8.AppendRune(u.out, c)
		in = in[size:]
	}
	if err != nil && len(in) > 0 {
		u.out, in = utf8.AppendRune(u.out, utf8.RuneError), nil
	}
	u.held = copy(u.in[:], in)
}

func (u *utf16Reader) unit(b []byte) uint16 {
	if u.big {
		return uint16(b[0])<<8 | uint16(b[1])
	}
	return uint16(b[1])<<8 | uint16(b[0])
}

// hasMacLines reports whether lines end in a carriage return alone, as old Macs wrote them.
func hasMacLines(head []byte) bool {
	return bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
}

// macReader turns the carriage returns that end a line into line breaks.
type macReader struct{ in *bufio.Reader }

func (m macReader) Read(p []byte) (int, error) {
	n, err := m.in.Read(p)
	for i, c := range p[:n] {
		if c != '\r' {
			continue
		}
		next := byte(0)
		if i+1 < n {
			next = p[i+1]
		} else if b, _ := m.in.Peek(1); len(b) > 0 { // its error comes again
			next = b[0]
		}
		if next != '\n' {
			p[i] = '\n'
		}
	}
	return n, err
}
