package diagnose

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"logdoc/samples/hostile"
	"logdoc/source"
)

// descriptors counts what is open, where the system tells it.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(open)
}

// TestNothingIsLeft reads every crafted archive, to the end and interrupted: no goroutine, descriptor or temporary file outlives the run.
func TestNothingIsLeft(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	for _, a := range hostile.Archives() {
		if a.Name == "many.tgz" || a.Name == "shared.zip" {
			continue // large, and of the same kind as others
		}
		if err := os.WriteFile(filepath.Join(dir, a.Name), []byte(a.Make()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	goleak.VerifyNone(t)
	before := descriptors(t)
	limits := source.Limits{SpillDir: temporary, SpillMemory: 64, TotalBytes: 64 << 20}
	if _, err := Run(context.Background(), p, Options{Paths: []string{dir}, Files: source.Disk{}, Limits: limits}); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	_, err = Run(ctx, p, Options{Paths: []string{dir}, Files: source.Disk{}, Limits: limits, Progress: func(int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	goleak.VerifyNone(t)
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors were open before, %d are after", before, after)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("%d temporary files are left, %v", len(left), err)
	}
}

// moving is a file system of one log that changes once it is open.
type moving struct {
	fstest.MapFS
	change func(*movingFile)
}

func (m moving) Open(name string) (fs.File, error) {
	f, err := m.MapFS.Open(name)
	if err != nil || !strings.HasSuffix(name, ".log") {
		return f, err
	}
	return &movingFile{File: f, change: m.change}, nil
}

type movingFile struct {
	fs.File
	change func(*movingFile)
	more   io.Reader
	err    error
	reads  int
}

func (f *movingFile) Read(p []byte) (int, error) {
	f.reads++
	f.change(f)
	if f.err != nil {
		return 0, f.err
	}
	n, err := f.File.Read(p)
	if n == 0 && err == io.EOF && f.more != nil {
		return f.more.Read(p)
	}
	return n, err
}

// TestFilesThatMove reads a log that grows, shrinks, vanishes or fails while it is read, and one that was removed after it was listed.
func TestFilesThatMove(t *testing.T) {
	const line = "2023-05-04 03:15:23 avtar Info <5008>: Logging to x\n"
	whole := strings.Repeat(line, 100)
	p, err := Load(nil, Selection{})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		change  func(*movingFile)
		records int
		note    string
	}{
		{"grows", func(f *movingFile) {
			if f.reads == 1 {
				f.more = strings.NewReader(whole[:20*len(line)])
			}
		}, 120, ""},
		{"grows in the middle of a line", func(f *movingFile) {
			if f.reads == 1 {
				f.more = strings.NewReader(whole[:20*len(line)+30])
			}
		}, 120, ""}, // what is there of the line belongs to the record before it
		{"was truncated", func(f *movingFile) {
			if f.reads > 1 {
				f.err = io.EOF
			}
		}, 100, ""},
		{"its share went away", func(f *movingFile) {
			if f.reads > 1 {
				f.err = &fs.PathError{Op: "read", Path: "x.log", Err: errors.New("stale file handle")}
			}
		}, 100, "reading failed after 5200 bytes: check the disk and the permissions"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := moving{fstest.MapFS{"x.log": {Data: []byte(whole), ModTime: time.Unix(1_700_000_000, 0)}}, test.change}
			d, err := Run(context.Background(), p, Options{Paths: []string{"x.log"}, Files: files, Now: time.Unix(1_700_000_000, 0)})
			if err != nil {
				t.Fatal(err)
			}
			s := d.Coverage.Sources[0]
			if s.Records != test.records {
				t.Errorf("%d records, want %d", s.Records, test.records)
			}
			if test.note != "" && !hasNote(s.Notes, test.note) || test.note == "" && d.Incomplete() {
				t.Errorf("notes %v, want %q", s.Notes, test.note)
			}
		})
	}
	t.Run("removed", func(t *testing.T) {
		name := filepath.Join(t.TempDir(), "x.log")
		if err := os.WriteFile(name, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := Run(context.Background(), p, Options{Paths: []string{name}, Files: removing{}})
		if err != nil || !d.Incomplete() || !hasNote(d.Coverage.Sources[0].Notes, "it cannot be opened") {
			t.Errorf("%v, %+v", err, d.Coverage.Sources)
		}
	})
}

// removing is the disk, from which a file is removed when it is about to be opened.
type removing struct{ source.Disk }

func (r removing) Open(name string) (fs.File, error) {
	if err := os.Remove(name); err != nil {
		return nil, err
	}
	return r.Disk.Open(name)
}
