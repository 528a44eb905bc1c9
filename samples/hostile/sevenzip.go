package hostile

import (
	"encoding/binary"
	"hash/crc32"
	"unicode/utf16"
)

// coder is how a 7z's stream is packed: a method with its properties.
type coder struct{ method, properties string }

var (
	copied = coder{"\x00", ""}
	lzma2  = coder{"\x21", "\x16"} // a dictionary of 8 MiB
	locked = coder{"\x06\xf1\x07\x01", "\x13\x00"}
)

// sevenNumber writes a number as a 7z has it.
func sevenNumber(n uint64) []byte {
	if n < 0x80 {
		return []byte{byte(n)}
	}
	return binary.LittleEndian.AppendUint64([]byte{0xff}, n)
}

// sevenStreams says that a stream of one coder stands at an offset, and into how many members it is divided.
func sevenStreams(at, packed int, c coder, members []member) []byte {
	size := 0
	for _, m := range members {
		size += len(m.data)
	}
	out := append([]byte{6}, sevenNumber(uint64(at))...)
	out = append(append(out, 1, 9), sevenNumber(uint64(packed))...)
	out = append(out, 0, 7, 11, 1, 0, 1)
	flags := byte(len(c.method))
	if c.properties != "" {
		flags |= 0x20
	}
	out = append(append(out, flags), c.method...)
	if c.properties != "" {
		out = append(append(out, byte(len(c.properties))), c.properties...)
	}
	out = append(append(out, 12), sevenNumber(uint64(size))...)
	if len(members) == 1 {
		out = append(out, 10, 1)
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(members[0].data)))
		return append(out, 0, 0)
	}
	out = append(append(out, 0, 8, 13), sevenNumber(uint64(len(members)))...)
	out = append(out, 9)
	for _, m := range members[:len(members)-1] {
		out = append(out, sevenNumber(uint64(len(m.data)))...)
	}
	out = append(out, 10, 1)
	for _, m := range members {
		out = binary.LittleEndian.AppendUint32(out, crc32.ChecksumIEEE([]byte(m.data)))
	}
	return append(out, 0, 0)
}

// packSeven packs the members' content by a coder; what it cannot do it leaves as it is.
func packSeven(c coder, data string) string {
	if c.method == lzma2.method {
		return string(stored(data))
	}
	return data
}

// make7z makes a 7z of one stream, in which all members with content stand. With packList the list of members is packed too, as 7-Zip does it.
func make7z(c coder, packList *coder, members ...member) string {
	var holders []member
	var data string
	for _, m := range members {
		if m.data != "" {
			holders = append(holders, m)
			data += m.data
		}
	}
	body := packSeven(c, data)
	list := []byte{1}
	if len(holders) > 0 {
		list = append(append(list, 4), sevenStreams(0, len(body), c, holders)...)
	}
	list = append(append(list, 5), sevenNumber(uint64(len(members)))...)
	if len(holders) < len(members) {
		bits := make([]byte, (len(members)+7)/8)
		for i, m := range members {
			if m.data == "" {
				bits[i/8] |= 0x80 >> (i % 8)
			}
		}
		list = append(append(list, 14), sevenNumber(uint64(len(bits)))...)
		list = append(list, bits...)
	}
	names := []byte{0}
	attributes := []byte{1, 0}
	for _, m := range members {
		for _, u := range utf16.Encode([]rune(m.name + "\x00")) {
			names = binary.LittleEndian.AppendUint16(names, u)
		}
		mode := m.mode
		if mode == 0 {
			mode = 0o100644
		}
		attributes = binary.LittleEndian.AppendUint32(attributes, mode<<16|0x8000)
	}
	list = append(append(append(list, 17), sevenNumber(uint64(len(names)))...), names...)
	list = append(append(append(list, 21), sevenNumber(uint64(len(attributes)))...), attributes...)
	list = append(list, 0, 0)
	if packList != nil {
		packed := packSeven(*packList, string(list))
		list = append([]byte{23}, sevenStreams(len(body), len(packed), *packList, []member{{data: string(list)}})...)
		body += packed
	}
	return sevenFile(body, list)
}

// sevenFile joins the content and the last header.
func sevenFile(body string, list []byte) string {
	le := binary.LittleEndian
	start := le.AppendUint64(nil, uint64(len(body)))
	start = le.AppendUint64(start, uint64(len(list)))
	start = le.AppendUint32(start, crc32.ChecksumIEEE(list))
	out := le.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start))
	return string(append(append(append(out, start...), body...), list...))
}
