package follow

import (
	"errors"
	"io"

	"logdoc/source"
)

// errIncomplete: a compressed file ends before its end, or is damaged.
var errIncomplete = errors.New("the compressed file ends too early")

// packed gives the bytes that a compressed file holds, at any place, but is made for going forward: it keeps a window of what it gave last, and begins again for what lies before.
type packed struct {
	file    file
	decoder io.ReadCloser
	window  []byte
	keep    int
	at      int64 // of the window's end
	err     error // what ended the decoding
}

func newPacked(f file, keep int) *packed { return &packed{file: f, keep: keep} }

// restart decodes from the start again, for what was added since.
func (p *packed) restart() error {
	p.close()
	p.window, p.at, p.err = p.window[:0], 0, nil
	d, err := source.Unpack(io.NewSectionReader(p.file, 0, 1<<62))
	if err != nil || d == nil {
		p.err = errors.Join(err, errIncomplete)
		return p.err
	}
	p.decoder = d
	return nil
}

func (p *packed) close() {
	if p.decoder != nil {
		p.decoder.Close()
		p.decoder = nil
	}
}

// ReadAt reads len(b) bytes, or to where the file ends; its error is io.EOF for a whole file, and errIncomplete with what the decoder said for another.
func (p *packed) ReadAt(b []byte, off int64) (int, error) {
	if p.decoder == nil && p.err == nil || off < p.at-int64(len(p.window)) {
		if err := p.restart(); err != nil {
			return 0, err
		}
	}
	for p.at < off+int64(len(b)) && p.err == nil {
		p.more()
	}
	start := p.at - int64(len(p.window))
	n := 0
	if off < p.at {
		n = copy(b, p.window[off-start:])
	}
	if n < len(b) {
		return n, p.err
	}
	return n, nil
}

// more decodes another part into the window.
func (p *packed) more() {
	const part = 64 << 10
	if len(p.window) >= 2*p.keep+part {
		p.window = append(p.window[:0], p.window[len(p.window)-p.keep:]...)
	}
	have := len(p.window)
	p.window = append(p.window, make([]byte, part)...)
	n, err := p.decoder.Read(p.window[have:])
	p.window = p.window[:have+n]
	p.at += int64(n)
	switch {
	case err == io.EOF:
		p.err = io.EOF
	case err != nil:
		p.err = errors.Join(errIncomplete, err)
	}
}
