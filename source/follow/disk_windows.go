package follow

import (
	"io/fs"
	"path/filepath"
	"syscall"
	"time"

	"github.com/hpcloud/tail"
)

func (d system) stat(path string) (info, error) {
	f, err := d.open(path)
	if err != nil {
		return info{}, err
	}
	defer f.Close()
	return f.info()
}

// open lets others rename and delete the file meanwhile, which os.Open does not.
func (system) open(path string) (file, error) {
	f, err := tail.OpenFile(path)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (system) resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }

func (f osFile) info() (info, error) {
	var h syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(syscall.Handle(f.Fd()), &h); err != nil {
		return info{}, &fs.PathError{Op: "stat", Path: f.Name(), Err: err}
	}
	i := info{
		identity: identity{uint64(h.VolumeSerialNumber), uint64(h.FileIndexHigh)<<32 | uint64(h.FileIndexLow)},
		size:     int64(h.FileSizeHigh)<<32 | int64(h.FileSizeLow),
		mtime:    time.Unix(0, h.LastWriteTime.Nanoseconds()),
		links:    uint64(h.NumberOfLinks),
	}
	if h.FileAttributes&syscall.FILE_ATTRIBUTE_DIRECTORY != 0 {
		i.mode = fs.ModeDir
	}
	return i, nil
}
