package source

import (
	"runtime"
	"strings"
	"testing"

	"logdoc/samples/hostile"
)

// seven returns one of the crafted archives.
func seven(t testing.TB, name string) string {
	t.Helper()
	for _, a := range hostile.Archives() {
		if a.Name == name {
			return a.Make()
		}
	}
	t.Fatalf("no archive is called %s", name)
	return ""
}

// A 7z gives its members whole, from a file and from a stream that had to be spilled.
func TestSevenZip(t *testing.T) {
	for _, name := range []string{"climb.7z", "twice.7z", "empty.7z", "junk.7z"} {
		data := seven(t, name)
		for how, got := range map[string]walked{"file": walk("a.7z", data, Limits{}), "stream": walkStdin(data, Limits{SpillMemory: 16, SpillDir: t.TempDir()})} {
			whole := false
			for _, s := range got.streams {
				whole = whole || strings.HasSuffix(string(s.Name), "!/"+hostile.LogName) && got.text[s.Name] == hostile.Log
			}
			if !whole || got.lost {
				t.Errorf("%s by %s: %s", name, how, got)
			}
		}
	}
}

// Whatever is wrong in a list of members is found before the library that reads it makes room for what the list states.
func TestSevenZipLies(t *testing.T) {
	data := seven(t, "climb.7z")
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for at := sevenStart; at < len(data); at++ {
		for _, value := range []byte{0x00, 0x7f, 0x80, 0xff} {
			list := []byte(data)
			list[at] = value
			if got := walk("a.7z", resum(string(list)), Limits{Members: 1000}); got.err != nil {
				t.Errorf("byte %d as %#x: %v", at, value, got.err)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / uint64(4*(len(data)-sevenStart)); each > 1<<20 {
		t.Errorf("a damaged list costs %d bytes", each)
	}
}

// resum makes the sums of the first header right, so that what the list says is believed.
func resum(data string) string {
	b := []byte(data)
	if len(b) < sevenStart {
		return data
	}
	le := func(at int) int { return int(b[at]) | int(b[at+1])<<8 | int(b[at+2])<<16 }
	from, length := sevenStart+le(12), le(20)
	if from+length > len(b) {
		return data
	}
	putSum(b[28:], b[from:from+length])
	putSum(b[8:], b[12:32])
	return string(b)
}

// A member behind damage in the same stream is told and not guessed; the other streams are read.
func TestSevenZipDamage(t *testing.T) {
	data := []byte(seven(t, "share.7z")) // stored by LZMA2: a control byte opens it
	data[sevenStart] = 0x7f
	got := walk("a.7z", string(data), Limits{})
	if len(got.notes) != 2 || !strings.Contains(got.notes[0], "damaged after 0 bytes") || !strings.Contains(got.notes[1], "behind damage") {
		t.Errorf("%s", got)
	}
}

func FuzzSevenZip(f *testing.F) {
	for _, name := range []string{"climb.7z", "twice.7z", "empty.7z", "link.7z", "7z.zip"} {
		f.Add(seven(f, name))
	}
	f.Fuzz(func(t *testing.T, data string) {
		data = resum(data)
		if !strings.HasPrefix(data, sevenMagic) {
			return
		}
		got := walk("a.7z", data, Limits{Members: 100, TotalBytes: 1 << 20, MemberBytes: 1 << 19})
		if got.err != nil {
			t.Error(got.err)
		}
	})
}
