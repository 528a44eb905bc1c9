package source

import (
	"io"
	"io/fs"
	"os"
	"time"
)

// Timed returns the input such that spent is told what each reading of its file took by the clock now. The file of one input is read by one goroutine.
func (in Input) Timed(now func() time.Time, spent func(time.Duration)) Input {
	open := in.open
	in.open = func() (fs.File, error) {
		start := now()
		f, err := open()
		spent(now().Sub(start))
		if err != nil {
			return nil, err
		}
		timed := timedFile{f, now, spent}
		if at, ok := f.(io.ReaderAt); ok {
			return timedReaderAt{timed, at}, nil
		}
		return timed, nil
	}
	return in
}

type timedFile struct {
	fs.File
	now   func() time.Time
	spent func(time.Duration)
}

func (f timedFile) Read(p []byte) (int, error) {
	defer func(start time.Time) { f.spent(f.now().Sub(start)) }(f.now())
	return f.File.Read(p)
}

// SetReadDeadline is that of the file, if it has one.
func (f timedFile) SetReadDeadline(t time.Time) error {
	if waiting, ok := f.File.(interface{ SetReadDeadline(time.Time) error }); ok {
		return waiting.SetReadDeadline(t)
	}
	return os.ErrNoDeadline
}

type timedReaderAt struct {
	timedFile
	at io.ReaderAt
}

func (f timedReaderAt) ReadAt(p []byte, offset int64) (int, error) {
	defer func(start time.Time) { f.spent(f.now().Sub(start)) }(f.now())
	return f.at.ReadAt(p, offset)
}
