package source

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func makeUTF16(text string, big, mark bool) string {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	b := make([]byte, 0, 2*len(units))
	for _, u := range units {
		if big {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

func TestEncodings(t *testing.T) {
	text := "2026-01-02 Größe 漢字 😀 done\r\nsecond line\r\n"
	long := strings.Repeat(text, 1000)
	for _, want := range []string{text, long} {
		for _, test := range []struct{ name, data, enc string }{
			{"UTF-8", want, "utf-8"},
			{"UTF-8 with a mark", "\xef\xbb\xbf" + want, "utf-8"},
			{"UTF-16 LE", makeUTF16(want, false, false), "utf-16le"},
			{"UTF-16 BE", makeUTF16(want, true, false), "utf-16be"},
			{"UTF-16 LE with a mark", makeUTF16(want, false, true), "utf-16le"},
			{"UTF-16 BE with a mark", makeUTF16(want, true, true), "utf-16be"},
		} {
			for _, name := range []string{"a.log", "a.log.gz"} {
				data := test.data
				if name == "a.log.gz" {
					data = makeGz(data)
				}
				got := walk(name, data, Limits{})
				if s := got.streams[0]; s.Encoding != test.enc || s.Binary || got.text[s.Name] != want {
					t.Errorf("%s in %s: %s, binary %t, %.60q", test.name, name, s.Encoding, s.Binary, got.text[s.Name])
				}
			}
		}
	}
	for name, test := range map[string][2]string{
		"invalid UTF-8 is kept":   {"a\xff\xc3b\n", "a\xff\xc3b\n"},
		"half a pair":             {"\xff\xfe" + "a\x00" + "\x00\xd8" + "b\x00", "a\ufffdb"},
		"half a pair at the end":  {"\xff\xfe" + "a\x00" + "\x00\xd8", "a\ufffd"},
		"the wrong half":          {"\xff\xfe" + "\x00\xdc" + "b\x00", "\ufffdb"},
		"two first halves":        {"\xff\xfe" + "\x3d\xd8" + "\x3d\xd8\x00\xde", "\ufffd😀"},
		"an odd byte at the end":  {"\xff\xfe" + "a\x00b", "a\ufffd"},
		"a mark and nothing else": {"\xff\xfe", ""},
		"the mark of UTF-8 alone": {"\xef\xbb\xbf", ""},
	} {
		if got := walk("a", test[0], Limits{}); got.text["a"] != test[1] || got.lost {
			t.Errorf("%s: %q", name, got.text["a"])
		}
	}
}

func TestUTF16InPieces(t *testing.T) { rapid.Check(t, sameInPieces) }

// sameInPieces: however the bytes arrive and are asked for, the text is the same.
func sameInPieces(t *rapid.T) {
	text := string([]rune(rapid.String().Draw(t, "text")))
	big := rapid.Bool().Draw(t, "big")
	var r io.Reader = strings.NewReader(makeUTF16(text, big, false))
	if rapid.Bool().Draw(t, "byte by byte") {
		r = iotest.OneByteReader(r)
	}
	u := io.Reader(&utf16Reader{r: r, big: big})
	var got bytes.Buffer
	for buf := make([]byte, rapid.IntRange(1, 9).Draw(t, "step")); ; {
		n, err := u.Read(buf)
		got.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if want := string(utf16.Decode(utf16.Encode([]rune(text)))); got.String() != want {
		t.Fatalf("got %q, want %q", got.String(), want)
	}
}

// FuzzEncodings decodes any bytes: as they are where they are no UTF-16, the same at once and byte by byte, and text that was written in UTF-16 as it was.
func FuzzEncodings(f *testing.F) {
	for _, text := range []string{"", "a\r\nb\r", "Größe 漢字 😀\n", "\xff\xfea\x00", "\xfe\xff\x00a\xd8", "a\x00b\x00c\x00d\x00", "\xef\xbb\xbfx", "caf\xe9\r\r\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got := walk("a.log", string(data), Limits{})
		if slowly := walkStdin(string(data), Limits{}); got.err != nil || slowly.err != nil {
			t.Fatal(got.err, slowly.err)
		}
		if sniff(data) == plain && len(data) > 0 {
			enc, text := encodingOf(data[:min(len(data), sniffed)]), got.text["a.log"]
			if !enc.wide && !hasMacLines(data[:min(len(data), sniffed)]) && text != string(data[enc.mark:]) {
				t.Fatalf("%q was read as %q", data, text)
			}
			if enc.wide {
				u := &utf16Reader{r: iotest.OneByteReader(bytes.NewReader(data[enc.mark:])), big: enc.big}
				if slowly, err := io.ReadAll(u); err != nil || string(slowly) != text {
					t.Fatalf("%q at once, %q byte by byte, %v", text, slowly, err)
				}
			}
		}
		if want := string(data); utf8.Valid(data) {
			for _, big := range []bool{false, true} {
				u := &utf16Reader{r: strings.NewReader(makeUTF16(want, big, false)), big: big}
				if text, err := io.ReadAll(u); err != nil || string(text) != want {
					t.Fatalf("got %q, want %q, %v", text, want, err)
				}
			}
		}
	})
}

func TestBinary(t *testing.T) {
	random := make([]byte, 4096)
	state := uint32(1)
	for i := range random {
		state = state*1664525 + 1013904223
		random[i] = byte(state >> 24)
	}
	for name, test := range map[string]struct {
		head string
		want bool
	}{
		"random":             {string(random), true},
		"little words":       {strings.Repeat("\x01\x00\x02\x00", 100), true},
		"PNG":                {"\x89PNG\r\n\x1a\n", true},
		"PDF":                {"%PDF-1.7\n", true},
		"colours":            {strings.Repeat("\x1b[31mred\x1b[0m\n", 10), false},
		"Latin-1":            {strings.Repeat("Gr\xf6\xdfe\n", 10), false},
		"Chinese":            {strings.Repeat("\xb4\xed\xce\xf3\n", 10), false},
		"nothing":            {"", false},
		"NULs of a disk":     {strings.Repeat("\x00", 8192), true},
		"messages":           {strings.Repeat("\x00", 8192), false},
		"var/server.log.1":   {strings.Repeat("\x00", 8192), false},
		"some NULs in front": {"\x00\x00\x00\x01\x00\x00head", true},
	} {
		if got := isBinary([]byte(test.head), name); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}

// TestMacLines reads text whose lines end as old Macs wrote them.
func TestMacLines(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"carriage returns only", "one\rtwo\r\rthree\r", "one\ntwo\n\nthree\n"},
		{"no end of the last line", "one\rtwo", "one\ntwo"},
		{"a progress bar in a log", "one\r 10%\r 20%\ntwo\n", "one\r 10%\r 20%\ntwo\n"},
		{"Windows", "one\r\ntwo\r\n", "one\r\ntwo\r\n"},
		{"one line that ends so", "one\r", "one\n"},
		{"both", strings.Repeat("old\r", 3000) + "new\r\nnew\n", strings.Repeat("old\n", 3000) + "new\r\nnew\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := walk("a", tt.text, Limits{}).text["a"]; got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestHoles reads logs with holes of NULs, as a crash of the machine leaves them, wherever they are.
func TestHoles(t *testing.T) {
	line := "2026-03-04 05:06:07 some record of a log\n"
	hole := strings.Repeat("\x00", 4096)
	for _, tt := range []struct {
		name, text string
		binary     bool
	}{
		{"at the start", hole + line, false},
		{"behind a few lines", line + line + hole + line, false},
		{"behind a few lines, up to the end", line + line + hole, false},
		{"two of them", line + hole + line + hole + line, false},
		{"NULs all over", strings.Repeat("abc\x00\x00\x01de\x00\x00\x00", 400), true},
		{"a header, padded", "MAGIC\x01\x02\x03" + hole + strings.Repeat("\x01\x02ab", 900), true},
		{"a short text in a large padding", "x" + hole, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := isBinary([]byte(tt.text), "x.dat"); got != tt.binary {
				t.Errorf("binary: %v, want %v", got, tt.binary)
			}
		})
	}
}
