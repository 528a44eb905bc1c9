package source

import (
	"bytes"
	"strconv"
	"strings"
)

// kind is what the first bytes of a stream say it is.
type kind int

const (
	plain kind = iota
	gzipped
	bzipped
	xzed
	zstded
	lz4ed
	tarred
	zipped
	sevened
	foreign // an archive that is known and not read
)

// sniffed is how many bytes are looked at to tell a kind, an encoding and a binary file.
const sniffed = 8 << 10

// foreignMagics are archives and packings that logdoc knows and does not read.
var foreignMagics = []struct{ magic, name string }{
	{"Rar!\x1a\x07", "a RAR archive"},
	{"\x1f\x9d", "a file packed by compress"},
	{"MSCF\x00\x00\x00\x00", "a cabinet archive"},
}

// sniff tells a kind by content alone: names lie, and a .gz that is plain text is read as text.
func sniff(head []byte) kind {
	starts := func(magic string) bool { return strings.HasPrefix(string(head[:min(len(head), len(magic))]), magic) }
	switch {
	case starts("\x1f\x8b\x08"):
		return gzipped
	case starts("BZh") && len(head) >= 10 && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return bzipped
	case starts("\xfd7zXZ\x00"):
		return xzed
	case starts("\x28\xb5\x2f\xfd"):
		return zstded
	case starts("\x04\x22\x4d\x18"):
		return lz4ed
	case starts("PK\x03\x04"), starts("PK\x05\x06"), starts("PK\x07\x08PK\x03\x04"):
		return zipped
	case starts(sevenMagic):
		return sevened
	case foreignName(head) != "":
		return foreign
	case isTar(head):
		return tarred
	}
	return plain
}

func foreignName(head []byte) string {
	for _, f := range foreignMagics {
		if bytes.HasPrefix(head, []byte(f.magic)) {
			return f.name
		}
	}
	return ""
}

// isTar checks the header's sum, as the oldest tars have no other mark; a header with the later mark is taken for a tar even with a wrong sum, so
// that the damage is told.
func isTar(head []byte) bool {
	if len(head) < 512 || head[0] == 0 {
		return false
	}
	if string(head[257:262]) == "ustar" {
		return true
	}
	field := strings.Trim(string(head[148:156]), " \x00")
	want, err := strconv.ParseInt(field, 8, 32)
	if err != nil {
		return false
	}
	var unsigned, signed int64
	for i, c := range head[:512] {
		if 148 <= i && i < 156 {
			c = ' '
		}
		unsigned += int64(c)
		signed += int64(int8(c))
	}
	return want == unsigned || want == signed
}

// binaryMagics open files that are no logs though they may hold much text.
var binaryMagics = []string{
	"\x7fELF", "\x89PNG\r\n", "\xff\xd8\xff", "GIF8", "%PDF-", "\xfe\xed\xfe\xed", "\xce\xce\xce\xce", "\xca\xfe\xba\xbe", "SQLite format 3\x00",
	"MZ\x90\x00", "\x00asm", "!<arch>\n", "\xed\xab\xee\xdb", "JAVA PROFILE ",
}

// isBinary judges the first bytes of a stream that is not UTF-16. Holes of NULs, which a truncated log has at its start and a log has anywhere after a crash, are not held against
// the text around them; where there is none in these bytes, the name decides.
func isBinary(head []byte, name string) bool {
	for _, magic := range binaryMagics {
		if bytes.HasPrefix(head, []byte(magic)) {
			return true
		}
	}
	if len(head) == 0 {
		return false
	}
	rest := bytes.TrimLeft(head, "\x00")
	if len(rest) == 0 {
		log, _ := family(name)
		base := log[strings.LastIndexByte(log, '/')+1:]
		return !strings.Contains(base, "log") && !strings.Contains(base, "messages")
	}
	if hole := len(head) - len(rest); hole > 0 && hole < minHole {
		rest = head // too short for a hole: other formats start with a few NULs
	}
	rest = withoutHoles(rest)
	control := 0
	for _, c := range rest {
		if c < ' ' && !bytes.ContainsRune([]byte("\t\n\r\f\b\x1b"), rune(c)) || c == 0x7f {
			control++
		}
	}
	// Compressed and encrypted bytes have one in ten, text with stray NULs far fewer.
	return control*16 > len(rest)
}

// minHole is how many NULs make a hole.
const minHole = 64

var hole = make([]byte, minHole)

// withoutHoles takes the holes out of a text. What has no line in front of its first NULs is no text, but a header with padding.
func withoutHoles(b []byte) []byte {
	at := bytes.Index(b, hole)
	if at < 0 || bytes.IndexByte(b[:at], '\n') < 0 {
		return b
	}
	text := make([]byte, 0, len(b))
	for at >= 0 {
		text = append(text, b[:at]...)
		b = bytes.TrimLeft(b[at:], "\x00")
		at = bytes.Index(b, hole)
	}
	return append(text, b...)
}
