package samples

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// Kind is a kind of log that WriteLog can write.
type Kind int

// The kinds of log.
const (
	// Avtar is an Avamar client log, with two layouts on two clocks.
	Avtar Kind = iota
	// GSAN is an Avamar server log.
	GSAN
	// Luna is a Luna appliance's lunalogs.
	Luna
	// Flume is the run log of a Flume server in MRS, with stack traces.
	Flume
)

// Kinds returns every kind.
func Kinds() []Kind { return []Kind{Avtar, GSAN, Luna, Flume} }

// profile is what tells one kind of log from another.
type profile struct {
	name     string
	file     string
	clocks   []clock
	start    time.Time
	step     time.Duration
	head     string // what stands at the top of the file
	ordinary mix
	symptoms []string // templates of the records that tell of trouble, written in turn
}

var profiles = [...]profile{
	Avtar: {
		name: "avtar", file: "avtar.log",
		clocks: avtarClocks, start: day(2026, time.February, 10), step: 40 * time.Millisecond,
		head: avtarHead, ordinary: avtarMix, symptoms: avtarSymptoms,
	},
	GSAN: {
		name: "gsan", file: "gsan.log.001",
		clocks: gsanClocks, start: day(2026, time.February, 10), step: 13 * time.Millisecond,
		ordinary: gsanMix, symptoms: gsanSymptoms,
	},
	Luna: {
		name: "luna", file: "lunalogs",
		clocks: lunaClocks, start: day(2026, time.February, 1), step: 900 * time.Millisecond,
		ordinary: lunaMix, symptoms: lunaSymptoms,
	},
	Flume: {
		name: "flume", file: "flumeServer.log",
		clocks: flumeClocks, start: day(2026, time.March, 2), step: 30 * time.Millisecond,
		ordinary: flumeMix, symptoms: flumeSymptoms,
	},
}

// String returns the kind's name.
func (k Kind) String() string {
	if !k.valid() {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return profiles[k].name
}

// FileName returns what a log of this kind is called where it comes from.
func (k Kind) FileName() string {
	if !k.valid() {
		return ""
	}
	return profiles[k].file
}

func (k Kind) valid() bool { return k >= 0 && int(k) < len(profiles) }

// ParseKind returns the kind of that name.
func ParseKind(name string) (Kind, error) {
	for _, k := range Kinds() {
		if k.String() == name {
			return k, nil
		}
	}
	return 0, fmt.Errorf("no kind of log is called %q: choose one of %v", name, Kinds())
}

const (
	ringRecords = 8192    // different ordinary records in one log, before only their times and numbers change
	bufferBytes = 1 << 20 // how much is handed to the writer at once
)

// WriteLog writes a log of the given kind, up to one line short of size bytes. Of every so many lines one tells of trouble; with every at 0
// none does. Equal arguments give equal bytes.
func WriteLog(w io.Writer, kind Kind, size int64, seed int64, every int) error {
	if !kind.valid() {
		return fmt.Errorf("no such kind of log: %d", int(kind))
	}
	p := &profiles[kind]
	rng := newRand(seed)
	ring := p.ordinary.render(p.clocks, ringRecords, rng)
	var symptoms [][]line
	for _, text := range p.symptoms {
		symptoms = append(symptoms, renderText(text, p.clocks, rng))
	}
	out := &logWriter{w: w, left: size, stream: newStream(p.clocks, p.start, p.step, rng)}
	out.write(renderText(p.head, p.clocks, rng))
	for i, quiet, told := 0, 0, 0; !out.full; i, quiet = (i+1)%len(ring), quiet+1 {
		if every > 0 && quiet >= every-1 && ring[i].starts() {
			out.write(symptoms[told%len(symptoms)])
			quiet, told = 0, told+1
		}
		out.write(ring[i : i+1])
	}
	return out.flush()
}

// logWriter gathers lines into large writes until the wanted size is reached or a write fails.
type logWriter struct {
	w      io.Writer
	stream *stream
	buffer []byte
	left   int64
	full   bool
	err    error
}

func (o *logWriter) write(lines []line) {
	for i := range lines {
		l := &lines[i]
		if o.full = o.full || int64(len(l.text)) > o.left; o.full {
			return
		}
		o.buffer = o.stream.append(o.buffer, l)
		o.left -= int64(len(l.text))
		if len(o.buffer) >= bufferBytes && o.flush() != nil {
			o.full = true
		}
	}
}

func (o *logWriter) flush() error {
	if o.err == nil {
		_, o.err = o.w.Write(o.buffer)
	}
	o.buffer = o.buffer[:0]
	return o.err
}

// WriteLogs writes a log of each kind into dir, which must exist: size bytes in all, each kind an equal share.
func WriteLogs(dir string, size int64, seed int64, every int) error {
	for _, kind := range Kinds() {
		if err := WriteLogFile(filepath.Join(dir, kind.FileName()), kind, size/int64(len(Kinds())), seed, every); err != nil {
			return err
		}
	}
	return nil
}

// WriteLogFile is WriteLog into a file of that name.
func WriteLogFile(name string, kind Kind, size int64, seed int64, every int) (err error) {
	file, err := os.Create(name)
	if err != nil {
		return err
	}
	defer func() {
		if closed := file.Close(); err == nil {
			err = closed
		}
	}()
	return WriteLog(file, kind, size, seed, every)
}

// day is midnight UTC of a date.
func day(year int, month time.Month, dayOfMonth int) time.Time {
	return time.Date(year, month, dayOfMonth, 0, 0, 0, 0, time.UTC)
}
