package hostile

import (
	"archive/tar"
	"fmt"
	"strings"
)

// other is a log in which nothing is known.
const other = "PUMP 2026-03-04 05:06:09 south INFO sphinx of black quartz, judge my vow\n"

// beside puts something odd before the good log, as a member of a tar.
func beside(name, data string) string { return makeTar(member{name: name, data: data}, good) }

// half cuts a file.
func half(data string) string { return data[:len(data)/2] }

// less cuts so many bytes off.
func less(data string, n int) string { return data[:len(data)-n] }

// change flips the bits of one byte; a negative place counts from the end.
func change(data string, at int) string {
	b := []byte(data)
	b[(at+len(b))%len(b)] ^= 0xff
	return string(b)
}

// repeated is a log long enough to be cut.
func repeated() string { return Log + strings.Repeat(other, 2000) }

// Archives returns all of them. Where the odd thing is a stream of its own, it stands before the good log in a tar, so that whoever gives up does not reach the log.
func Archives() []Archive {
	var all []Archive
	for _, group := range [][]Archive{names(), specials(), sizes(), cuts(), joins(), locks(), wrong(), bombs()} {
		all = append(all, group...)
	}
	return all
}

// names holds names that were chosen to lead somewhere else, or to look like something else.
func names() []Archive {
	list := func(name, title string, pack func() string, source string) Archive {
		return Archive{Name: name, Title: title, Make: pack, Source: source, Whole: true}
	}
	odd := func(name string) member { return member{name: name, data: other} }
	return []Archive{
		list("climb.tar", "a name that climbs", func() string { return makeTar(odd("../../../etc/cron.d/x"), good) }, "climb.tar!/../../../etc/cron.d/x"),
		list("climb.zip", "a name that climbs", func() string { return makeZip(odd("../../../etc/cron.d/x"), good) }, "climb.zip!/../../../etc/cron.d/x"),
		list("climb.7z", "a name that climbs", func() string { return make7z(copied, nil, odd("../../../etc/cron.d/x"), good) }, "climb.7z!/../../../etc/cron.d/x"),
		list("root.tar", "an absolute name", func() string { return makeTar(odd("/etc/passwd"), good) }, "root.tar!//etc/passwd"),
		list("drive.zip", "a name with a drive", func() string { return makeZip(odd(`C:\Windows\x.log`), good) }, "drive.zip!/C:/Windows/x.log"),
		list("share.7z", "a name on another machine", func() string { return make7z(lzma2, nil, odd(`\\server\share\x.log`), good) }, "share.7z!///server/share/x.log"),
		list("backslash.tar", "backslashes that climb", func() string { return makeTar(odd(`a\..\..\b.log`), good) }, "backslash.tar!/a/../../b.log"),
		list("latin.tar", "a name that is not UTF-8", func() string { return makeTar(odd("caf\xe9.log"), good) }, `latin.tar!/caf\xe9.log`),
		list("oldpage.zip", "a name in an old code page", func() string { return makeZip(odd("prot\x94koll.log"), good) }, "oldpage.zip!/protökoll.log"),
		list("escape.tar", "a name that would clear the screen", func() string { return makeTar(odd("\x1b[2J\x1b]0;t\a.log"), good) }, "escape.tar!/\x1b[2J\x1b]0;t\a.log"),
		list("break.tar", "a name with a line break", func() string { return makeTar(odd("x\nlogdoc: all is well.log"), good) }, "break.tar!/x\nlogdoc: all is well.log"),
		list("turned.zip", "a name that is shown backwards", func() string { return makeZip(odd("\u202egol.exe"), good) }, "turned.zip!/\u202egol.exe"),
		list("nameless.tar", "no name at all", func() string { return makeTar(odd("./"+strings.Repeat("./", 3)+"x"), odd("."), good) }, "nameless.tar!/x"),
		list("long.tar", "a name of 100,000 bytes", func() string { return makeTar(odd(strings.Repeat("long", 25_000)), good) }, "…"),
		list("nul.zip", "a name with a NUL", func() string { return makeZip(odd("a\x00b.log"), good) }, "nul.zip!/a\x00b.log"),
		list("twice.tar", "one name twice", func() string { return makeTar(odd("x.log"), odd("x.log"), good) }, "twice.tar!/x.log#2"),
		list("twice.zip", "one name twice", func() string { return makeZip(odd("x.log"), odd("./x.log"), good) }, "twice.zip!/x.log#2"),
		list("twice.7z", "one name twice", func() string { return make7z(lzma2, &lzma2, odd("x.log"), odd("x.log"), good) }, "twice.7z!/x.log#2"),
		list("mac.tar", "what a Mac adds", func() string { return makeTar(odd("var/log/._pump.log"), odd("__MACOSX/x.log"), good) }, LogName),
	}
}

// specials holds members that are no files.
func specials() []Archive {
	list := func(name, title string, pack func() string, note string) Archive {
		return Archive{Name: name, Title: title, Make: pack, Source: name, Note: note, Whole: true}
	}
	link := func(name, to string) member { return member{name: name, link: to, kind: tar.TypeSymlink} }
	return []Archive{
		list("link.tar", "a link out of the archive", func() string { return makeTar(link("pump.log", "/etc/passwd"), good) }, "passed over 1 links and 0 devices"),
		list("chain.tar", "a link, and a file written through it", func() string {
			return makeTar(link("a", "/tmp"), link("a/b", "../.."), member{name: "a/b/x.log", data: other}, good)
		}, "passed over 2 links"),
		list("loop.tar", "links to each other", func() string { return makeTar(link("a", "b"), link("b", "a"), good) }, "passed over 2 links"),
		list("hard.tar", "a hard link to itself", func() string { return makeTar(member{name: "a", link: "a", kind: tar.TypeLink}, good) }, "passed over 1 links"),
		list("link.zip", "a link out of the archive", func() string { return makeZip(member{name: "a", data: "/etc/passwd", mode: 0o120777}, good) }, "passed over 1 links"),
		list("link.7z", "a link out of the archive", func() string {
			return make7z(lzma2, nil, member{name: "a", data: "/etc/passwd", mode: 0o120777}, good)
		}, "passed over 1 links"),
		list("device.tar", "devices", func() string {
			return makeTar(member{name: "a", kind: tar.TypeChar}, member{name: "b", kind: tar.TypeBlock}, good)
		}, "2 devices or pipes"),
		list("fifo.tar", "a pipe that nobody writes to", func() string { return makeTar(member{name: "a", kind: tar.TypeFifo}, good) }, "1 devices or pipes"),
		list("fifo.zip", "a pipe that nobody writes to", func() string { return makeZip(member{name: "a", mode: 0o010644}, good) }, "1 devices or pipes"),
		{Name: "global.tar", Title: "a header for all members", Source: LogName, Whole: true,
			Make: func() string { return makeTar(member{kind: tar.TypeXGlobalHeader}, good) }},
	}
}

// sizes holds sizes and counts that are extreme, or lies.
func sizes() []Archive {
	sparse := func(head []byte) {
		octal := func(at int, n int64) { copy(head[at:], fmt.Sprintf("%011o\x00", n)) }
		copy(head[257:], "ustar  \x00")
		head[156] = tar.TypeGNUSparse
		clear(head[345:])
		octal(386, 1<<32)
		octal(398, 0)
		octal(483, 1<<32)
	}
	return []Archive{
		{Name: "empty.zip", Title: "members of zero bytes", Source: "empty.zip!/b.log", Whole: true,
			Make: func() string { return makeZip(member{name: "a.log"}, member{name: "b.log"}, good) }},
		{Name: "empty.7z", Title: "members of zero bytes", Source: "empty.7z!/b.log", Whole: true,
			Make: func() string { return make7z(copied, &copied, member{name: "a.log"}, good, member{name: "b.log"}) }},
		{Name: "many.tgz", Title: "more members than are looked at", Source: "many.tgz", Note: "raise --max-members", Flags: []string{"--max-members", "5000"}, Make: func() string { return makeGz(tinyMembers(20_000)) }},
		{Name: "hole.tar", Title: "a sparse file of 4 GiB", Source: "hole.tar!/hole", Note: "",
			Make: func() string { return retar(makeTar(member{name: "hole"}, good), 0, sparse) }, Whole: true},
		{Name: "endless.tar", Title: "a member of 8 GiB that is not there", Source: "endless.tar!/big.log", Note: "cut off",
			Make: func() string {
				return retar(makeTar(good, member{name: "big.log", data: other}), 1024, func(head []byte) { copy(head[124:], "77777777777\x00") })
			}},
		{Name: "more.zip", Title: "a directory that states too little", Source: "more.zip!/x.log", Note: "damaged",
			Make: func() string {
				z := []byte(makeZip(member{name: "x.log", data: other}, good))
				z[directory(string(z))+24] -= 9
				return string(z)
			}},
		{Name: "fewer.zip", Title: "a directory that states too much", Source: "fewer.zip!/x.log", Note: "cut off",
			Make: func() string {
				z := []byte(makeZip(member{name: "x.log", data: other}, good))
				z[directory(string(z))+24] += 9
				return string(z)
			}},
		{Name: "nowhere.zip", Title: "a member that starts behind the end", Source: "nowhere.zip!/x.log", Note: "",
			Make: func() string {
				z := []byte(makeZip(member{name: "x.log", data: other}, good))
				z[directory(string(z))+44] = 0x7f
				return string(z)
			}},
		{Name: "count.7z", Title: "a list of four thousand million members", Source: "count.7z", Note: "members",
			Make: func() string {
				return beside("count.7z", sevenFile("", append([]byte{1, 5}, 0xf0, 0xff, 0xff, 0xff, 0xff, 14, 0, 0, 0)))
			}},
		{Name: "streams.7z", Title: "a stream of four thousand million members", Source: "streams.7z", Note: "members",
			Make: func() string {
				list := []byte{1, 4, 6, 0, 1, 9, 1, 0, 7, 11, 1, 0, 1, 1, 0, 12, 1, 0, 8, 13, 0xf0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0}
				return beside("streams.7z", sevenFile("x", list))
			}},
		{Name: "sum.gz", Title: "a wrong sum", Source: "sum.gz", Note: "damaged", Make: func() string { return change(makeGz(Log), -6) }},
		{Name: "size.gz", Title: "a wrong size", Source: "size.gz", Note: "damaged", Make: func() string { return change(makeGz(Log), -1) }},
		{Name: "sum.7z", Title: "a wrong sum", Source: "sum.7z!/x.log", Note: "damaged",
			Make: func() string { return change(make7z(copied, nil, member{name: "x.log", data: other}, good), 40) }},
		{Name: "header.tar", Title: "a damaged header", Source: "header.tar", Note: "damaged",
			Make: func() string { return change(makeTar(good, member{name: "x.log", data: other}), 1024+10) }},
	}
}

// tinyMembers is a tar of many members, written by copying one.
func tinyMembers(count int) string {
	first := makeTar(good)[:1024]
	one := []byte(makeTar(member{name: "d/x.log"})[:512])
	var b strings.Builder
	b.Grow(len(first) + count*512 + 1024)
	b.WriteString(first)
	for range count {
		b.Write(one)
	}
	b.WriteString(strings.Repeat("\x00", 1024))
	return b.String()
}

// cuts holds copies that ended too early.
func cuts() []Archive {
	list := func(name, title string, pack func() string, source, note string) Archive {
		return Archive{Name: name, Title: title, Make: pack, Source: source, Note: note}
	}
	two := []member{good, {name: "x.log", data: repeated()}}
	return []Archive{
		list("cut.gz", "cut in its data", func() string { return half(makeGz(Log + noise())) }, "cut.gz", "cut off"),
		list("tail.gz", "cut in its tail", func() string { return less(makeGz(Log), 5) }, "tail.gz", "cut off"),
		list("stub.tar", "a gzip file of a head alone, beside a log", func() string { return beside("stub.gz", "\x1f\x8b\x08") }, "stub.gz", "cut off"),
		list("cut.bz2", "cut in its second stream", func() string { return bz2Log + half(bz2Log) }, "cut.bz2", "cut off"),
		list("cut.xz", "cut in its data", func() string { return less(makeXz(repeated(), 22), 200) }, "cut.xz", "cut off"),
		list("cut.zst", "cut in its second block", func() string { return less(makeZst(Log, 0x38, 1), 2) }, "cut.zst", "cut off"),
		list("cut.lz4", "cut in its second frame", func() string { return makeLz4(Log) + half(makeLz4(other)) }, "cut.lz4", "cut off"),
		list("cut.tar", "cut in a member", func() string { return half(makeTar(two...)) }, "cut.tar!/x.log", "cut off"),
		list("headcut.tar", "cut in a header", func() string { return makeTar(two...)[:1024+100] }, "headcut.tar", "cut off"),
		list("cut.tgz", "cut in a member", func() string { return half(makeGz(makeTar(good, member{name: "x.log", data: noise()}))) }, "cut.tgz", "cut off"),
		list("cut.zip", "cut in a member", func() string { return half(makeZip(good, member{name: "x.log", data: noise()})) }, "cut.zip!/x.log", "cut off"),
		{Name: "listcut.zip", Title: "cut in its directory, behind all members", Make: func() string { return less(makeZip(two...), 60) }, Source: "listcut.zip", Note: "directory is damaged", Whole: true},
		{Name: "endless.zip", Title: "cut behind its members", Make: func() string { z := makeZip(two...); return z[:directory(z)] }, Source: "endless.zip", Note: ""},
		list("cut.7z", "cut: the list is missing", func() string { return beside("cut.7z", less(make7z(lzma2, &lzma2, two...), 10)) }, "cut.7z", "cut off"),
		list("stub.zip", "a head alone, beside a log", func() string { return beside("stub.zip", "PK\x03\x04") }, "stub.zip", "cut off"),
	}
}

// noise is text that packs badly, so that half of the packed bytes hold a good part of it.
func noise() string {
	var b strings.Builder
	x := uint64(88172645463325252)
	for range 3000 {
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
		fmt.Fprintf(&b, "PUMP 2026-03-04 05:06:09 south INFO job %x\n", x)
	}
	return b.String()
}

// joins holds files with something before or behind them.
func joins() []Archive {
	return []Archive{
		{Name: "joined.gz", Title: "two members", Source: "joined.gz", Whole: true, Make: func() string { return makeGz(other) + makeGz(Log) }},
		{Name: "tape.gz", Title: "zeros behind", Source: "tape.gz", Whole: true, Make: func() string { return makeGz(Log) + strings.Repeat("\x00", 1000) }},
		{Name: "junk.gz", Title: "junk behind", Source: "junk.gz", Note: "something else follows", Make: func() string { return makeGz(Log) + "junk" }},
		{Name: "joined.bz2", Title: "two streams", Source: "joined.bz2", Whole: true, Make: func() string { return bz2Log + bz2Log }},
		{Name: "joined.xz", Title: "two streams", Source: "joined.xz", Whole: true, Make: func() string { return makeXz(other, 22) + makeXz(Log, 22) }},
		{Name: "joined.zst", Title: "two frames", Source: "joined.zst", Whole: true, Make: func() string { return makeZst(other, 0x38, 0) + makeZst(Log, 0x38, 0) }},
		{Name: "junk.zst", Title: "junk behind", Source: "junk.zst", Note: "damaged", Make: func() string { return makeZst(Log, 0x38, 0) + "junk" }},
		{Name: "joined.lz4", Title: "two frames", Source: "joined.lz4", Whole: true, Make: func() string { return makeLz4(other) + makeLz4(Log) }},
		{Name: "joined.tar", Title: "another tar behind", Source: "joined.tar", Note: "after the end of the archive", Make: func() string { return makeTar(good) + makeTar(member{name: "x", data: other}) }},
		{Name: "junk.zip", Title: "junk behind", Source: LogName, Whole: true, Make: func() string { return makeZip(good) + strings.Repeat("\x00", 100) }},
		{Name: "junk.7z", Title: "junk behind", Source: LogName, Whole: true, Make: func() string { return make7z(lzma2, &lzma2, good) + "junk" }},
	}
}

// locks holds what needs a password.
func locks() []Archive {
	secret := member{name: "secret.log", data: "0123456789abcdef", raw: true, flags: 1, size: 4}
	aes := secret
	aes.method = 99
	return []Archive{
		{Name: "locked.zip", Title: "an encrypted member", Source: "locked.zip!/secret.log", Note: "encrypted", Make: func() string { return makeZip(secret, good) }},
		{Name: "aes.zip", Title: "a member encrypted by AES", Source: "aes.zip!/secret.log", Note: "encrypted", Make: func() string { return makeZip(aes, good) }},
		{Name: "locked.7z", Title: "encrypted members", Source: "locked.7z!/secret.log", Note: "encrypted",
			Make: func() string {
				return beside("locked.7z", make7z(locked, nil, member{name: "secret.log", data: "0123456789abcdef"}))
			}},
		{Name: "lockedlist.7z", Title: "an encrypted list of members", Source: "lockedlist.7z", Note: "with its list of members",
			Make: func() string { return beside("lockedlist.7z", make7z(copied, &locked, member{name: "x", data: other})) }},
	}
}

// wrong holds files whose names say something else than they are, and what nobody here can read.
func wrong() []Archive {
	return []Archive{
		{Name: "text.gz", Title: "text named .gz", Source: "text.gz", Whole: true, Make: func() string { return Log }},
		{Name: "zip.log", Title: "a zip named .log", Source: "zip.log!/" + LogName, Whole: true, Make: func() string { return makeZip(good) }},
		{Name: "7z.zip", Title: "a 7z named .zip", Source: "7z.zip!/" + LogName, Whole: true, Make: func() string { return make7z(lzma2, &lzma2, good) }},
		{Name: "nested.txt", Title: "a zip in a 7z in a tar in gzip in xz, named .txt", Source: LogName, Whole: true,
			Make: func() string {
				return makeXz(makeGz(makeTar(member{name: "a.7z", data: make7z(lzma2, &lzma2, member{name: "b", data: makeZip(good)})})), 22)
			}},
		{Name: "rar.tar", Title: "a RAR archive", Source: "rar.tar!/x.log", Note: "RAR", Make: func() string { return beside("x.log", "Rar!\x1a\x07\x01\x00") }},
		{Name: "method.7z", Title: "a method of packing that is not known", Source: "x.log", Note: "which logdoc does not know",
			Make: func() string {
				return beside("method.7z", make7z(coder{"\x04\xf7\x11\x01", "\x01\x05\x03"}, nil, member{name: "x.log", data: other}))
			}},
	}
}

// bombs holds what would fill memory, disk or time.
func bombs() []Archive {
	return []Archive{
		{Name: "flat.tar", Title: "1 GiB of NULs in 1 MiB", Source: "flat.tar!/app.log.gz", Note: "longer than 256 KiB", Make: func() string { return beside("app.log.gz", zeros(64)) }},
		{Name: "nested.tar", Title: "8 GiB of NULs in 8 KiB, by two layers", Source: "nested.tar!/app.log.gz", Note: "raise --max-ratio", Make: func() string { return beside("app.log.gz", makeGz(zeros(512))) }},
		{Name: "runs.tar", Title: "2 GiB of one letter in 64 KiB", Source: "runs.tar!/app.log", Note: "raise --max-ratio", Make: func() string { return beside("app.log", makeZst(other, 0x38, 1<<14)) }},
		{Name: "deep.tar", Title: "tars in tars", Source: "deep.tar!/deep!/deep!/deep!/deep!/deep!/deep", Note: "raise --max-depth", Make: func() string { return beside("deep", nest(12, "deep", makeTar)) }},
		{Name: "deepzip.tar", Title: "zips in zips", Source: "deep", Note: "raise --max-depth", Make: func() string { return beside("deep", nest(12, "deep", makeZip)) }},
		{Name: "deep7z.tar", Title: "7z in 7z", Source: "deep", Note: "raise --max-depth", Make: func() string {
			return beside("deep", nest(12, "deep", func(m ...member) string { return make7z(lzma2, &lzma2, m...) }))
		}},
		{Name: "deepgz.tar", Title: "gzip in gzip", Source: "deepgz.tar!/app.gz", Note: "raise --max-depth", Make: func() string {
			data := Log
			for range 12 {
				data = makeGz(data)
			}
			return beside("app.gz", data)
		}},
		{Name: "window.xz", Title: "a dictionary of 4 GiB", Source: "x.xz", Note: "larger window", Make: func() string { return beside("x.xz", makeXz(other, 40)) }},
		{Name: "window.zst", Title: "a window of 2 GiB", Source: "x.zst", Note: "larger window", Make: func() string { return beside("x.zst", makeZst(other, 0xa8, 0)) }},
		{Name: "window.7z", Title: "a dictionary of 4 GiB", Source: "x.7z!/x.log", Note: "larger window",
			Make: func() string {
				return beside("x.7z", make7z(coder{lzma2.method, "\x28"}, nil, member{name: "x.log", data: other}))
			}},
		{Name: "listwindow.7z", Title: "a list of members with a dictionary of 4 GiB", Source: "x.7z", Note: "larger window",
			Make: func() string {
				return beside("x.7z", make7z(copied, &coder{lzma2.method, "\x28"}, member{name: "x.log", data: other}))
			}},
		{Name: "ppmd.7z", Title: "a model of 4 GiB", Source: "x.7z!/x.log", Note: "larger window",
			Make: func() string {
				return beside("x.7z", make7z(coder{"\x03\x04\x01", "\x06\xff\xff\xff\xff"}, nil, member{name: "x.log", data: other}))
			}},
		{Name: "shared.zip", Title: "members that share their packed bytes", Source: "shared.zip!/001", Note: "also another member's",
			Make: func() string { return shareZip(900, strings.Repeat("\x00", 16<<20)) }},
	}
}

// nest puts an archive in itself so many times.
func nest(depth int, name string, pack func(...member) string) string {
	data := pack(good)
	for range depth {
		data = pack(member{name: name, data: data})
	}
	return data
}
