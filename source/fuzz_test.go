package source

import (
	"strings"
	"testing"

	"logdoc/samples/hostile"
)

// FuzzWalk looks for bytes that make a walk panic, hang or run past its limits.
func FuzzWalk(f *testing.F) {
	text := lines(20)
	zipped := makeZip(member{name: "x", data: text}, member{name: "d/", data: ""}, member{name: "e", data: "12", flag: 1})
	tarred := makeTar(member{name: "x.gz", data: makeGz(text)}, member{name: "z", data: zipped}, member{name: "w", data: "\xff\xfea\x00"})
	for _, seed := range []string{
		"", text, makeGz(text), makeGz("a") + makeGz("b") + "junk", bz2OneTwo, makeXz(text, 22), makeZst(text), makeLz4(text), zipped, zipped[:len(zipped)*2/3],
		tarred, makeGz(tarred), oldTar("x", text), makeUTF16(text, true, false), "7z\xbc\xaf\x27\x1c", strings.Repeat("\x00", 600),
	} {
		f.Add([]byte(seed))
	}
	for _, a := range hostile.Archives() {
		if data := a.Make(); len(data) < 64<<10 {
			f.Add([]byte(data))
		}
	}
	limits := Limits{Depth: 3, Members: 20, TotalBytes: 1 << 20, MemberBytes: 1 << 19, SpillBytes: 1 << 18, SpillMemory: 1 << 10, SpillDir: f.TempDir()}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, got := range []walked{walk("f", string(data), limits), walkStdin(string(data), limits)} {
			if got.err != nil {
				t.Fatal(got.err)
			}
			read := 0
			for _, text := range got.text {
				read += len(text)
			}
			// UTF-16 grows by half at most when it becomes UTF-8; a plain member costs what it weighs.
			if most := 2 * (1<<20 + 64<<10 + len(data)*4); read > most {
				t.Fatalf("%d bytes were read", read)
			}
			if len(got.streams) > 21 {
				t.Fatalf("%d streams", len(got.streams))
			}
		}
	})
}
