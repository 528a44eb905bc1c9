package lang

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/participle/v2/lexer"
)

// MaxFile is how many bytes of a file are read.
const MaxFile = 1 << 20

// The further bounds of a file. They are looked at before anything is parsed, so that a hostile file costs no more than reading it.
const (
	maxLine  = 8 << 10
	maxDepth = 64
)

// guard looks at the bytes of a file: size, encoding, line lengths.
func (f *File) guard(src []byte) Problems {
	if len(src) > MaxFile {
		return Problems{{
			Pos: Pos{File: f.Name, Line: 1, Col: 1}, Width: 1,
			Message: fmt.Sprintf("the file has more than the %d bytes that are read", MaxFile),
			Advice:  "split it into several files of the same pack",
		}}
	}
	var ps Problems
	for i, line := range f.lines {
		at := func(col int, message, advice string) {
			ps = append(ps, f.Problem(Pos{File: f.Name, Line: i + 1, Col: col}, 1, message, advice))
		}
		switch {
		case len(line) > maxLine:
			at(1, fmt.Sprintf("the line has %d bytes, more than the %d that are read", len(line), maxLine), "break it, or shorten the pasted text")
		case !utf8.ValidString(line):
			at(invalidAt(line)+1, "this byte is not UTF-8", "save the file as UTF-8")
		case strings.IndexByte(line, 0) >= 0:
			at(strings.IndexByte(line, 0)+1, "a NUL byte stands here", "remove it")
		case strings.IndexByte(line, '\r') >= 0:
			at(strings.IndexByte(line, '\r')+1, "a carriage return stands inside the line", "end lines with LF or CR LF")
		}
		if len(ps) == maxProblems {
			break
		}
	}
	return ps
}

func invalidAt(line string) int {
	for i, r := range line {
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(line[i:]); size == 1 {
				return i
			}
		}
	}
	return 0
}

// normalize drops a byte order mark and the CR of line ends: neither moves the line or column of anything.
func normalize(src []byte) string {
	return strings.ReplaceAll(strings.TrimPrefix(string(src), "\ufeff"), "\r\n", "\n")
}

// guardDepth finds the first bracket that nests too deep.
func (f *File) guardDepth(tokens []lexer.Token) Problems {
	depth := 0
	for _, t := range tokens {
		switch t.Value {
		case "(", "{":
			if depth++; depth > maxDepth {
				return Problems{f.Problem(f.pos(t), 1, fmt.Sprintf("brackets nest deeper than %d here", maxDepth), "write it flatter")}
			}
		case ")", "}":
			depth = max(0, depth-1)
		}
	}
	return nil
}
