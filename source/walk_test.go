package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"logdoc"
)

const oneTwo = "one\ntwo\n"

func TestWalk(t *testing.T) {
	nested := makeGz(makeTar(
		member{name: "./etc/motd", data: "hi\n"},
		member{name: "node3.zip", data: makeZip(
			member{name: "var/log/", data: ""},
			member{name: "var/log/gsan.log.2.gz", data: makeGz(oneTwo)},
		)},
	))
	tests := []struct {
		name, file, data string
		want             string
	}{
		{"plain text", "a.log", oneTwo, `a.log = "one\ntwo\n"`},
		{"empty", "a.log", "", `a.log = ""`},
		{"gzip keeps its name", "a.log.gz", makeGz(oneTwo), `a.log.gz = "one\ntwo\n"`},
		{"empty gzip", "a.log.gz", makeGz(""), `a.log.gz = ""`},
		{"bzip2", "a.log.bz2", bz2OneTwo, `a.log.bz2 = "one\ntwo\n"`},
		{"joined bzip2", "a.log.bz2", bz2OneTwo + bz2OneTwo, `a.log.bz2 = "one\ntwo\none\ntwo\n"`},
		{"xz", "a.log.xz", makeXz(oneTwo, 22), `a.log.xz = "one\ntwo\n"`},
		{"joined xz", "a.log.xz", makeXz(oneTwo, 22) + makeXz(oneTwo, 22), `a.log.xz = "one\ntwo\none\ntwo\n"`},
		{"zstd", "a.log.zst", makeZst(oneTwo), `a.log.zst = "one\ntwo\n"`},
		{"lz4", "a.log.lz4", makeLz4(oneTwo), `a.log.lz4 = "one\ntwo\n"`},
		{"tar", "a.tar", makeTar(member{name: "x", data: oneTwo}), `a.tar!/x = "one\ntwo\n"`},
		{"tgz", "a.tgz", makeGz(makeTar(member{name: "x", data: oneTwo})), `a.tgz!/x = "one\ntwo\n"`},
		{"zip", "a.zip", makeZip(member{name: "x", data: oneTwo}), `a.zip!/x = "one\ntwo\n"`},
		{"zip of nothing", "a.zip", makeZip(), ``},
		{"zip in tgz", "bundle.tgz", nested, `
bundle.tgz!/etc/motd = "hi\n"
bundle.tgz!/node3.zip!/var/log/gsan.log.2.gz = "one\ntwo\n"`},
		{"tar.gz in zip", "b.zip", makeZip(member{name: "in.tar.gz", data: nested}), `
b.zip!/in.tar.gz!/etc/motd = "hi\n"
b.zip!/in.tar.gz!/node3.zip!/var/log/gsan.log.2.gz = "one\ntwo\n"`},
		{"zip in zip", "b.zip", makeZip(member{name: "c.zip", data: makeZip(member{name: "x", data: "1\n"})}), `b.zip!/c.zip!/x = "1\n"`},
		{"gzip in gzip", "a.gz.gz", makeGz(makeGz(oneTwo)), `a.gz.gz = "one\ntwo\n"`},
		{"text named .gz", "a.log.gz", oneTwo, `a.log.gz = "one\ntwo\n"`},
		{"tgz named .log", "a.log", makeGz(makeTar(member{name: "x", data: "1\n"})), `a.log!/x = "1\n"`},
		{"tar of the oldest kind", "a.tar", oldTar("x", oneTwo), `a.tar!/x = "one\ntwo\n"`},
		{"joined gzip", "a.gz", makeGz("one\n") + makeGz("two\n"), `a.gz = "one\ntwo\n"`},
		{"gzip on tape", "a.gz", makeGz(oneTwo) + strings.Repeat("\x00", 100), `a.gz = "one\ntwo\n"`},
		{"gzip with more behind", "a.gz", makeGz(oneTwo) + "junk\n", `
a.gz = "one\ntwo\n"
! a.gz: something else follows the packed data after 8 bytes and was not read: split it off and give it too`},
		{"zstd with more behind", "a.zst", makeZst(oneTwo) + "junk\n", `
a.zst = "one\ntwo\n"
! a.zst: damaged after 8 bytes: ask for a complete copy [invalid input: magic number mismatch]`},
		{"tar with more behind", "a.tar", makeTar(member{name: "x", data: "1\n"}) + "junk", `
a.tar!/x = "1\n"
! a.tar: 4 bytes after the end of the archive were not read: if it was joined from several, split it`},
		{"doubled names", "a.zip", makeZip(member{name: "x", data: "1\n"}, member{name: "x", data: "2\n"}, member{name: "./x", data: "3\n"}), `
a.zip!/x = "1\n"
a.zip!/x#2 = "2\n"
a.zip!/x#3 = "3\n"`},
		{"names that climb", "a.tar", makeTar(member{name: "../../etc/passwd", data: "1\n"}, member{name: "/abs", data: "2\n"}, member{name: `a\..\b`, data: "3\n"}), `
a.tar!/../../etc/passwd = "1\n"
a.tar!//abs = "2\n"
a.tar!/a/../b = "3\n"`},
		{"names in an old code page", "a.zip", makeZip(member{name: "prot\x94koll", data: "1\n"}), `a.zip!/protökoll = "1\n"`},
		{"links and devices", "a.tar", makeTar(
			member{name: "l", data: "/etc/passwd", kind: tar.TypeSymlink}, member{name: "h", data: "x", kind: tar.TypeLink},
			member{name: "d", kind: tar.TypeChar}, member{name: "p", kind: tar.TypeFifo}, member{name: "dir/", kind: tar.TypeDir}, member{name: "x", data: "1\n"}), `
a.tar!/x = "1\n"
- a.tar: passed over 2 links and 2 devices or pipes: they hold no text [l, h, d, p]`},
		{"what a Mac adds", "a.tar", makeTar(member{name: "log/._x", data: "1"}, member{name: "__MACOSX/x", data: "2"}, member{name: "log/x", data: "1\n"}), `a.tar!/log/x = "1\n"`},
		{"encrypted member", "a.zip", makeZip(member{name: "secret", data: "12345678", flag: 1}, member{name: "x", data: "1\n"}), `
a.zip!/x = "1\n"
! a.zip!/secret: it is encrypted and was not read: unpack it with its password and give the folder`},
		{"7-Zip", "a.7z", "7z\xbc\xaf\x27\x1c\x00\x04", "! a.7z: it is cut off: the list of its members stands at the end and is missing: ask for a complete copy"},
		{"RAR in zip", "a.zip", makeZip(member{name: "r", data: "Rar!\x1a\x07\x01\x00"}, member{name: "x", data: "1\n"}), `
a.zip!/x = "1\n"
! a.zip!/r: this is a RAR archive, which logdoc does not read: unpack it and give the result`},
		{"xz with a dictionary of 4 GiB", "a.xz", makeXz(oneTwo, 40), `
a.xz = ""
! a.xz: it was packed with a larger window than is safe to allocate: unpack it by itself and give the result [xz: LZMA2 dictionary size exceeds max]`},
		{"program", "a", "\x7fELF\x02\x01\x01", `a = binary "\x7fELF\x02\x01\x01"`},
		{"key store", "a.zip", makeZip(member{name: "k", data: "\xfe\xed\xfe\xed\x00\x00\x00\x02"}), `a.zip!/k = binary "\xfe\xed\xfe\xed\x00\x00\x00\x02"`},
		{"text with a stray NUL", "a", strings.Repeat("a", 30) + "\x00\n", `a = "` + strings.Repeat("a", 30) + `\x00\n"`},
		{"log with a hole", "a", strings.Repeat("\x00", 100) + lines(10), "a = " + fmt.Sprint(100+len(lines(10))) + " bytes"},
		{"gzip head alone", "a.gz", "\x1f\x8b\x08", "! a.gz: cut off after 0 bytes: ask for a complete copy"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := walk(test.file, test.data, Limits{})
			want := strings.TrimPrefix(test.want, "\n")
			if want != "" {
				want += "\n"
			}
			if diff := cmp.Diff(want, got.String()); diff != "" || got.err != nil {
				t.Errorf("walk (-want +got), error %v:\n%s", got.err, diff)
			}
			// The same by standard input, where nothing can be read at random.
			piped := strings.ReplaceAll(walkStdin(test.data, Limits{SpillMemory: 16, SpillDir: t.TempDir()}).String(), "-!", test.file+"!")
			piped = strings.ReplaceAll(piped, "- -: ", "- "+test.file+": ")
			piped = strings.ReplaceAll(piped, "! -: ", "! "+test.file+": ")
			piped = strings.Replace(piped, "- = ", test.file+" = ", 1)
			if diff := cmp.Diff(want, piped); diff != "" {
				t.Errorf("by standard input (-want +got):\n%s", diff)
			}
		})
	}
}

// oldTar makes a tar without the ustar mark.
func oldTar(name, data string) string {
	b := []byte(makeTar(member{name: name, data: data}))
	clear(b[257:512])
	for i := 148; i < 156; i++ {
		b[i] = ' '
	}
	sum := 0
	for _, c := range b[:512] {
		sum += int(c)
	}
	copy(b[148:], fmt.Sprintf("%06o\x00 ", sum))
	return string(b)
}

// A cut file gives what stands before the cut, and never goes without a note.
func TestCut(t *testing.T) {
	text := lines(2000)
	files := map[string]string{
		"a.gz":  makeGz(text),
		"a.zst": makeZst(text),
		"a.xz":  makeXz(text, 22),
		"a.lz4": makeLz4(text),
		"a.bz2": bz2OneTwo,
		"a.tgz": makeGz(makeTar(member{name: "x", data: text}, member{name: "y", data: text})),
		"a.tar": makeTar(member{name: "x", data: text}, member{name: "y", data: text}),
		"a.zip": makeZip(member{name: "x", data: text}, member{name: "y", data: text}),
		"b.tar": makeTar(member{name: "z.zip", data: makeZip(member{name: "x", data: text}, member{name: "y", data: text})}),
	}
	for name, data := range files {
		for _, part := range []int{5, 20, 50, 80, 95, 99} {
			t.Run(fmt.Sprintf("%s at %d%%", name, part), func(t *testing.T) {
				cut := len(data) * part / 100
				if sniff([]byte(data[:cut])) == plain {
					t.Skip("too short to be recognised")
				}
				got := walk(name, data[:cut], Limits{})
				if got.err != nil {
					t.Fatal(got.err)
				}
				if len(got.notes) == 0 || !got.lost && name != "a.zip" && name != "b.tar" && name != "a.tar" {
					t.Errorf("the cut was not told: %s", got)
				}
				read := 0
				for _, s := range got.streams {
					if whole := got.text[s.Name]; !strings.HasPrefix(text, whole) && name != "a.bz2" && !s.Binary {
						t.Errorf("%s is not how the log begins", s.Name)
					} else {
						read += len(whole)
					}
				}
				if part >= 50 && name != "a.bz2" && name != "a.zst" && name != "a.lz4" && read < len(text)/3 {
					t.Errorf("of %d bytes only %d were read", len(text), read)
				}
			})
		}
	}
}

func TestCutIsToldOncePerName(t *testing.T) {
	text := lines(2000)
	data := makeGz(makeTar(member{name: "x", data: text}, member{name: "y", data: text}))
	got := walk("a.tgz", data[:len(data)*3/4], Limits{})
	if len(got.notes) != 2 || !strings.HasPrefix(got.notes[0], "! a.tgz!/y: cut off after ") || !strings.HasPrefix(got.notes[1], "! a.tgz: cut off after ") {
		t.Errorf("notes: %q", got.notes)
	}
}

func TestDamage(t *testing.T) {
	text := lines(2000)
	data := []byte(makeGz(text))
	data[len(data)-6] ^= 1
	if got := walk("a.gz", string(data), Limits{}); got.text["a.gz"] != text || !got.lost {
		t.Errorf("wrong sum: %s", got)
	}
	// A directory that states too little: all bytes come, and the lie is told.
	z := []byte(makeZip(member{name: "x", data: text}))
	at := strings.LastIndex(string(z), "PK\x01\x02")
	z[at+24], z[at+25] = 1, 0
	if got := walk("a.zip", string(z), Limits{}); got.text["a.zip!/x"] != text || !got.lost {
		t.Errorf("wrong size: %s", got)
	}
}

func TestLimits(t *testing.T) {
	deep := oneTwo
	for range 8 {
		deep = makeTar(member{name: "t", data: deep})
	}
	endless := oneTwo
	for range 12 {
		endless = makeGz(endless)
	}
	var many []member
	for i := range 50 {
		many = append(many, member{name: fmt.Sprint(i), data: "1\n"})
	}
	zeros := makeGz(strings.Repeat("\x00", 64<<20))
	tests := []struct {
		name, data string
		limits     Limits
		streams    int
		note       string
	}{
		{"tars in tars", deep, Limits{}, 0, "! f!/t!/t!/t!/t!/t!/t: archives are nested more than 6 deep here, and this one was not read: raise --max-depth to read it"},
		{"deep enough", deep, Limits{Depth: 8}, 1, ""},
		{"gzips in gzips", endless, Limits{}, 0, "! f: archives are nested more than 6 deep here, and this one was not read: raise --max-depth to read it"},
		{"members of a tar", makeTar(many...), Limits{Members: 20}, 20, "! f: stopped after 20 members of archives: raise --max-members to read the rest"},
		{"members of a zip", makeZip(many...), Limits{Members: 20}, 20, "! f: stopped after 20 members of archives: raise --max-members to read the rest"},
		{"bytes in all", zeros, Limits{TotalBytes: 1 << 20}, 1, "! f: stopped after 1048576 bytes of decompressed data in all: raise --max-bytes to read the rest"},
		{"bytes of a member", zeros, Limits{MemberBytes: 1 << 20}, 1, "! f: stopped after 1048576 bytes of one member: raise --max-member-bytes to read the rest"},
		{"exactly the bytes", makeGz(oneTwo), Limits{MemberBytes: 8, TotalBytes: 8}, 1, ""},
		{"spilled bytes", makeTar(member{name: "z", data: makeZip(many...)}), Limits{SpillBytes: 100, SpillMemory: 10}, 0,
			"! f!/z: an archive inside another, and more than 100 bytes of such on disk: raise --max-spill, or unpack the outer one and give the folder"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := walk("f", test.data, test.limits)
			if got.err != nil || len(got.streams) != test.streams || strings.Join(got.notes, "\n") != test.note {
				t.Errorf("%d streams, error %v, notes %q", len(got.streams), got.err, got.notes)
			}
		})
	}
}

func TestMemoryIsBounded(t *testing.T) {
	data := makeGz(makeGz(strings.Repeat("\x00", 256<<20)))
	inputs, _ := List(fstest.MapFS{"f": {Data: []byte(data)}}, []string{"f"}, nil)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	read := 0
	err := inputs[0].Walk(context.Background(), nil, func(s *Stream) error {
		for buf := make([]byte, 64<<10); ; {
			n, err := s.Read(buf)
			if read += n; err != nil {
				return nil
			}
		}
	}, func(logdoc.LogText, logdoc.Note) { t.Error("a note") })
	runtime.ReadMemStats(&after)
	if allocated := after.TotalAlloc - before.TotalAlloc; err != nil || read != 256<<20 || allocated > 2<<20 {
		t.Errorf("read %d bytes with %d allocated: %v", read, allocated, err)
	}
}

// A sparse member costs its archive nothing, and is charged all the same.
func TestSparse(t *testing.T) {
	head := []byte(makeTar(member{name: "hole"})[:512])
	size := func(b []byte, n int64) { copy(b, fmt.Sprintf("%011o\x00", n)) }
	copy(head[257:], "ustar  \x00")
	head[156] = tar.TypeGNUSparse
	clear(head[345:512])
	size(head[386:], 1<<30) // one empty extent at the end
	size(head[398:], 0)
	size(head[483:], 1<<30)
	sum := 0
	copy(head[148:], "        ")
	for _, c := range head {
		sum += int(c)
	}
	copy(head[148:], fmt.Sprintf("%06o\x00 ", sum))
	got := walk("a.tar", string(head)+strings.Repeat("\x00", 1024), Limits{TotalBytes: 1 << 20})
	if len(got.streams) != 1 || len(got.notes) == 0 || !strings.Contains(got.notes[0], "--max-bytes") {
		t.Errorf("%s", got)
	}
}

func TestManyNotesAreCounted(t *testing.T) {
	var many []member
	for i := range maxNotes + 5 {
		many = append(many, member{name: fmt.Sprint(i), flag: 1})
	}
	got := walk("a.zip", makeZip(many...), Limits{})
	if last := got.notes[len(got.notes)-1]; len(got.notes) != maxNotes+1 || last != "! a.zip: 5 more parts of it could not be read either" {
		t.Errorf("%d notes, the last %q", len(got.notes), last)
	}
}

func TestVisitorEndsTheWalk(t *testing.T) {
	data := makeTar(member{name: "x", data: "1\n"}, member{name: "y", data: "2\n"})
	inputs, _ := List(fstest.MapFS{"f": {Data: []byte(data)}}, []string{"f"}, nil)
	stop, met := errors.New("stop"), 0
	err := inputs[0].Walk(context.Background(), nil, func(*Stream) error { met++; return stop }, func(logdoc.LogText, logdoc.Note) {})
	if err != stop || met != 1 {
		t.Errorf("%v after %d streams", err, met)
	}
	// One that reads nothing sees all the same.
	met = 0
	err = inputs[0].Walk(context.Background(), nil, func(*Stream) error { met++; return nil }, func(logdoc.LogText, logdoc.Note) { t.Error("a note") })
	if err != nil || met != 2 {
		t.Errorf("%v after %d streams", err, met)
	}
}

func TestCancel(t *testing.T) {
	data := makeGz(strings.Repeat("\x00", 64<<20))
	inputs, _ := List(fstest.MapFS{"f": {Data: []byte(data)}}, []string{"f"}, nil)
	ctx, cancel := context.WithCancel(context.Background())
	read := 0
	err := inputs[0].Walk(ctx, nil, func(s *Stream) error {
		for buf := make([]byte, 8<<20); ; {
			n, err := s.Read(buf)
			read += n
			if err != nil {
				return err
			}
			cancel()
		}
	}, func(_ logdoc.LogText, n logdoc.Note) { t.Error(n) })
	if !errors.Is(err, context.Canceled) || read > 9<<20 {
		t.Errorf("%v after %d bytes", err, read)
	}
}

func TestStreamIsDescribed(t *testing.T) {
	data := makeTar(member{name: "var/log/messages.3.gz", data: makeGz(oneTwo)}, member{name: "var/log/messages", data: oneTwo}, member{name: "w", data: "\xff\xfea\x00"})
	got := walk("b.tar", data, Limits{}).streams
	for i, want := range []struct {
		log   logdoc.LogText
		order int
		size  int64
		enc   string
	}{{"b.tar!/var/log/messages", -3, -1, "utf-8"}, {"b.tar!/var/log/messages", 0, 8, "utf-8"}, {"b.tar!/w", 0, -1, "utf-16le"}} {
		s := got[i]
		if s.Log != want.log || s.Order != want.order || s.Size != want.size || s.Encoding != want.enc || !s.ModTime.Equal(crafted) {
			t.Errorf("%s: %+v", s.Name, s)
		}
	}
	name := "FlumeClient.2017-09-11_04-05-09.[1].log.zip"
	s := walk(name, makeZip(member{name: "FlumeClient.log", data: oneTwo}), Limits{}).streams[0]
	if s.Log != "FlumeClient.log" || s.Order >= 0 {
		t.Errorf("rotated zip: log %q, order %d", s.Log, s.Order)
	}
}

// Walks at the same time share one budget, and together stop at it.
func TestWalksShareTheBudget(t *testing.T) {
	var members []member
	for i := range 30 {
		members = append(members, member{name: fmt.Sprint(i), data: "1\n"})
	}
	files := fstest.MapFS{}
	for i := range 4 {
		files[fmt.Sprint(i)] = &fstest.MapFile{Data: []byte(makeGz(makeTar(members...)))}
	}
	inputs, _ := List(files, []string{"."}, nil)
	budget := NewBudget(Limits{Members: 70})
	got := make([]walked, len(inputs))
	var all sync.WaitGroup
	for i, in := range inputs {
		all.Go(func() { got[i] = walkInput(context.Background(), in, budget, 512) })
	}
	all.Wait()
	streams, lost := 0, 0
	for _, w := range got {
		streams += len(w.streams)
		lost += len(w.notes)
	}
	if streams != 70 || lost == 0 {
		t.Errorf("%d streams, %d notes", streams, lost)
	}
}
