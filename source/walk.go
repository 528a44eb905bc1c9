package source

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"

	"logdoc"
)

// Walk reads the input and calls visit for each log found in it, through archives and compression, in the order in which they stand there.
// Whatever could not be read is handed to note under its name, and the walk goes on; it ends early only with the first error of visit, which it
// returns as it is, or with that of the context. A nil budget means the default limits, for this walk alone. Standard input can be walked once.
func (in Input) Walk(ctx context.Context, budget *Budget, visit func(*Stream) error, note func(name logdoc.LogText, n logdoc.Note)) error {
	if budget == nil {
		budget = NewBudget(Limits{})
	}
	w := &walker{ctx: ctx, budget: budget, visit: visit, note: note}
	err := w.input(in)
	if w.untold > 0 {
		note(in.Name, logdoc.Note{LeftOut: true, Text: fmt.Sprintf("%d more parts of it could not be read either", w.untold)})
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// maxNotes is how many notes one walk gives before it only counts them: an archive can hold a million damaged members.
const maxNotes = 1000

// walker is one walk.
type walker struct {
	ctx          context.Context
	budget       *Budget
	visit        func(*Stream) error
	note         func(name logdoc.LogText, n logdoc.Note)
	told, untold int
	lastBroken   string

	// peeks are the buffers that kinds are recognised in, one for each layer that is open, kept for the next member.
	peeks []*bufio.Reader
	level int
}

// item is what is known of some content before it is read.
type item struct {
	name, log string
	order     int
	modTime   time.Time
	size      int64
	depth     int  // archives around it
	packed    bool // in an archive or compressed, so that the limit for members holds
	peeled    bool // the layer around it is compression
	regular   bool // it is, or stands in, a file that can be read anywhere
	// from counts what was read of the packed bytes around it, since the innermost archive; start is where it stood at the member's start.
	from  *int64
	start int64
	// spent counts what came out of the decoders in one member of the outermost archive.
	spent *int64
}

func (w *walker) say(name string, n logdoc.Note) {
	if w.told++; w.told > maxNotes {
		w.untold++
		return
	}
	w.note(logdoc.LogText(name), n)
}

func (w *walker) leftOut(name, text string, detail error) {
	n := logdoc.Note{LeftOut: true, Text: text}
	if detail != nil {
		n.Detail = logdoc.LogText(detail.Error())
	}
	w.say(name, n)
}

// broken tells why content ended after count bytes. An error passes through the layers above the one where it arose, and layers of one name follow each
// other: only the innermost tells.
func (w *walker) broken(name string, count int64, err error) {
	if err == nil || err == io.EOF || w.ctx.Err() != nil {
		return
	}
	if name == w.lastBroken {
		return
	}
	w.lastBroken = name
	text, detail := reason(err, count)
	w.leftOut(name, text, detail)
}

// reason says in one sentence what went wrong and what to do.
func reason(err error, count int64) (text string, detail error) {
	var limit limitError
	var system *fs.PathError
	switch {
	case errors.As(err, &limit):
		return string(limit), nil
	case errors.As(err, &system):
		return fmt.Sprintf("reading failed after %d bytes: check the disk and the permissions", count), err
	case errors.Is(err, errTrailing):
		return fmt.Sprintf("something else follows the packed data after %d bytes and was not read: split it off and give it too", count), nil
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, xz.ErrBuf):
		return fmt.Sprintf("cut off after %d bytes: ask for a complete copy", count), nil
	case errors.Is(err, xz.ErrMemlimit), errors.Is(err, zstd.ErrWindowSizeExceeded), errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return string(errWindow), err
	}
	return fmt.Sprintf("damaged after %d bytes: ask for a complete copy", count), err
}

func (w *walker) input(in Input) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	f, err := w.open(in)
	if w.ctx.Err() != nil && errors.Is(err, w.ctx.Err()) {
		return err
	}
	if err != nil {
		w.leftOut(string(in.Name), "it cannot be opened"+advice(err), err)
		return nil
	}
	defer f.Close()
	it := item{name: string(in.Name), log: string(in.Log), order: in.Order, modTime: in.ModTime, size: in.Size}
	var at io.ReaderAt
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
		at, _ = f.(io.ReaderAt)
		it.size, it.modTime, it.regular = info.Size(), info.ModTime(), at != nil
	}
	base := &layer{ctx: w.ctx, r: f}
	if in.Read != nil {
		t := telling{f, at, in.Read}
		if base.r = t; at != nil {
			at = t
		}
	}
	defer interrupt(w.ctx, f)()
	err = w.content(it, base, at)
	w.broken(it.name, base.count, base.err)
	if base.err == io.EOF && at != nil {
		w.shrunk(it, f, base.count)
	}
	return err
}

// telling reads a file and tells of each read.
type telling struct {
	io.Reader
	at   io.ReaderAt
	read func(bytes int)
}

func (t telling) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.read(n)
	return n, err
}

func (t telling) ReadAt(p []byte, off int64) (int, error) {
	n, err := t.at.ReadAt(p, off)
	t.read(n)
	return n, err
}

// shrunk tells of a file that became shorter while it was read, as when its rotation empties it: what stood behind is lost.
func (w *walker) shrunk(it item, f fs.File, count int64) {
	info, err := f.Stat()
	if err == nil && info.Size() < it.size && count < it.size {
		w.leftOut(it.name, fmt.Sprintf("it became shorter while it was read: %d of %d bytes were there", count, it.size), nil)
	}
}

// advice says what helps against an error of opening.
func advice(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission):
		return ": check its permissions"
	case errors.Is(err, fs.ErrNotExist):
		return ": it has gone since the run began"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return ": too many files are open, raise the limit (ulimit -n)"
	}
	return ""
}

// content recognises what r holds and reads it. at is the same content for random access, nil where there is none.
func (w *walker) content(it item, r io.Reader, at io.ReaderAt) error {
	if w.level == len(w.peeks) {
		w.peeks = append(w.peeks, bufio.NewReaderSize(nil, 32<<10))
	}
	br := w.peeks[w.level]
	in := &counter{r: r}
	if it.from == nil {
		it.from, it.start = &in.count, 0
	}
	br.Reset(in)
	w.level++
	defer func() { w.level-- }()

	head, _ := br.Peek(sniffed) // an error comes again when the content is read: all our readers keep theirs
	switch k := sniff(head); k {
	case plain:
		return w.deliver(it, head, br)
	case tarred:
		return w.archive(it, func(it item) error { return w.tar(it, br) })
	case zipped:
		return w.archive(it, func(it item) error { return w.zip(it, br, at) })
	case sevened:
		return w.archive(it, func(it item) error { return w.sevenZip(it, br, at) })
	case foreign:
		w.leftOut(it.name, "this is "+foreignName(head)+", which logdoc does not read: unpack it and give the result", nil)
		return nil
	default:
		return w.compressed(it, k, br)
	}
}

// archive reads an archive unless too many stand around it already.
func (w *walker) archive(it item, read func(item) error) error {
	if it.depth >= w.budget.limits.Depth {
		w.leftOut(it.name, string(w.budget.tooDeep()), nil)
		return nil
	}
	it.depth++
	it.packed, it.peeled, it.from = true, false, nil
	return read(it)
}

// layer reads what a decoder gives out, within the limits.
func (it item) layer(w *walker, r io.Reader) *layer {
	return &layer{ctx: w.ctx, budget: w.budget, r: r, packed: it.from, start: it.start, spent: it.spent}
}

// compressed reads what is packed as a single stream, and keeps the name. One packing does not count as an archive, packings in each other do: a file can
// be made that unpacks to itself for ever.
func (w *walker) compressed(it item, k kind, br *bufio.Reader) error {
	if it.peeled {
		if it.depth >= w.budget.limits.Depth {
			w.leftOut(it.name, string(w.budget.tooDeep()), nil)
			return nil
		}
		it.depth++
	}
	d, err := newDecoder(k, br)
	if err != nil {
		w.broken(it.name, 0, err)
		return nil
	}
	defer d.Close()
	it.size, it.packed, it.peeled = -1, true, true
	l := it.layer(w, d)
	err = w.content(it, l, nil)
	w.broken(it.name, l.count, l.err)
	return err
}

// deliver hands one log to the visitor.
func (w *walker) deliver(it item, head []byte, r io.Reader) error {
	if it.packed {
		r = &capped{r: r, left: w.budget.limits.MemberBytes, full: w.budget.tooLong()}
	}
	enc := encodingOf(head)
	if enc.mark > 0 {
		if _, err := io.CopyN(io.Discard, r, int64(enc.mark)); err != nil {
			r = errorReader{err}
		}
	}
	s := &Stream{
		Name: logdoc.LogText(it.name), Log: logdoc.LogText(it.log), Order: it.order, ModTime: it.modTime, Size: it.size, Encoding: enc.name,
		Binary: !enc.wide && isBinary(head, it.name), ctx: w.ctx, r: r, Plain: !it.packed && it.regular, Start: int64(enc.mark),
	}
	switch {
	case enc.wide:
		s.Size, s.r, s.Plain = -1, &utf16Reader{r: r, big: enc.big}, false
	case len(head) > 0 && s.Size == 0:
		s.Size = -1 // files under /proc say that they are empty
	case s.Size > 0:
		s.Size -= int64(enc.mark)
	}
	if !enc.wide && !s.Binary && hasMacLines(head) {
		s.r, s.Plain = macReader{bufio.NewReader(r)}, false
	}
	err := w.visit(s)
	w.broken(it.name, s.count, s.err)
	return err
}

type errorReader struct{ err error }

func (e errorReader) Read([]byte) (int, error) { return 0, e.err }
