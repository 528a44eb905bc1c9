//go:build unix

package follow

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// TestF26Sequences are sequences that random search found, made as short as they can be, by what was wrong. How they are to be read stands at model.do.
func TestF26Sequences(t *testing.T) {
	for _, tt := range []struct{ name, steps string }{
		{"what was read is known when the run after that begins", "rename, write app.log 0, read, pass, kill 9 9, remove app.log, write app.log 1"},
		{"and when it is compressed", "kill 9 9, rename, write app.log.1 1, write app.log 1, rename, start, pass, compress, pass, kill 9 9"},
		{"and when it is compressed while nobody follows", "rename, write app.log 2, read, pass, stop, compress, start"},
		{"and half a line of it", "copy, read, half, copy, pass, kill 9 9"},
		{"and when nothing stands at the path", "stop, start, rename, write app.log.1 1, write app.log 1, stop, compress, start, remove app.log, pass, kill 9 9, write app.log 3"},
		{"what comes after all is gone is new", "kill 9 9, remove app.log, start, read, write app.log 1, copy"},
		{"and in a later run", "remove app.log, pass, write app.log 1, rename, kill 9 9"},
		{"and when the last run has read nothing of it", "truncate, write app.log 3, once, half, rename, write app.log 0, compress, rename, write app.log 4, truncate, rename, stop, start"},
		{"cut off, renamed and compressed between two looks", "truncate, write app.log 1, rename, compress, write app.log 0"},
		{"cut off, compressed, and the run ends before it is read", "truncate, write app.log 1, rename, write app.log 0, compress, half, rename, write app.log 0, truncate, kill 0 0, start"},
		{"what is in an empty file that is gone is known by then", "truncate, write app.log 0, rename, write app.log 0, pass, write app.log 8, rename, write app.log 0, write app.log 3, compress, kill 0 0, truncate, write app.log 1, rename, remove app.log.3, start"},
		{"a copy, and the run ends with it", "half, write app.log 1, copy, write app.log 2, kill 0 0, start"},
		{"a copy that takes the place in what is kept", "half, write app.log 1, kill 0 0, copy, half, remove app.log, start, write app.log 0, once, remove app.log.1, stop, half, copy, write app.log 2, start"},
		{"a rotated file that is cut off may get more", "truncate, rename, read, write app.log.1 1, write app.log 1, remove app.log.1"},
		{"a packed file that was opened, and not read", "copy, pass, truncate, write app.log 1, copy, half, compress, stop, write app.log 4, copy, copy, write app.log 3, start, once, stop, compress, start, kill 10 0, copy, remove app.log.5, start"},
		{"half a line that was seen and cut off is told", "half, rename, write app.log 0, once, half, read, stop, write app.log 6, truncate, start"},
		{"lines that were cut off while nobody followed are told", "stop, write app.log 6, truncate, write app.log 9, start"},
		{"lines that were removed while nobody followed are told", "stop, write app.log 6, remove app.log, start"},
		{"a file that was read to its end is not missed", "rename, write app.log 0, pass, stop, rename, remove app.log.2, start"},
		{"nor when it was renamed before", "stop, rename, write app.log 0, start, half, rename, write app.log.1 1, write app.log 1, truncate, pass, rename, write app.log 0, compress, kill 3 3, write app.log 4, rename, remove app.log.3, start"},
		{"nor when it is removed by who follows again", "rename, write app.log 1, pass, kill 1 5, start, once, rename, write app.log 0, remove app.log.2"},
	} {
		for _, target := range []string{modelLog, modelLog + "*", "."} {
			t.Run(tt.name+" "+target, func(t *testing.T) {
				m := newModel(t, t.TempDir(), target)
				for _, step := range append([]string{"write app.log 3", "start", "read"}, strings.Split(tt.steps, ", ")...) {
					m.do(step)
				}
				m.check()
			})
		}
	}
}

// counter is a disk that counts how many files are open.
type counter struct {
	system
	now, most *int
}

func (d counter) open(path string) (file, error) {
	h, err := d.system.open(path)
	if err != nil {
		return nil, err
	}
	*d.now++
	*d.most = max(*d.most, *d.now)
	return counted{h, d.now}, nil
}

type counted struct {
	file
	now *int
}

func (f counted) Close() error {
	*f.now--
	return f.file.Close()
}

func TestF21ManyRotatedFilesAreLookedIntoOneAfterTheOther(t *testing.T) {
	const rotated = 60
	open, most := 0, 0
	r := newRun(t, "app.log")
	r.o.Files = 8
	r.disk = counter{system{}, &open, &most}
	at := time.Now().Add(-time.Hour)
	var all []string
	write := func(name string) {
		text, lines := batch(name, 0, 20)
		r.write("app.log", text)
		all = append(all, lines...)
		at = at.Add(time.Second)
		r.must(os.Chtimes(r.path("app.log"), at, at))
	}
	write("first")
	r.start().drain()
	for i := range rotated {
		r.shift("app.log", rotated+10)
		write(fmt.Sprint("more", i))
		r.settle()
	}
	r.want(all...)
	// Each is looked into to be known again, and none is found, so that all others are looked into.
	r.stop()
	for i := range rotated {
		r.pack(fmt.Sprintf("app.log.%d", i+1))
	}
	most = 0
	r.start().settle().want(all...)
	if most > 2*r.o.Files {
		t.Errorf("%d files were open at once", most)
	}
	if r.told(Lost) > 0 {
		t.Errorf("notices %+v", r.notices)
	}
}
