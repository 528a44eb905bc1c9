package source

import (
	"fmt"
	"sync/atomic"
)

// Limits bound what is read from archives and compressed files. A zero field takes the default that stands beside it. Plain files and
// the members of a plain tar cost what they weigh on disk, and are not counted against TotalBytes.
type Limits struct {
	// Depth is how many archives may stand inside each other: 6.
	Depth int
	// Members is how many members of archives are looked at, over all inputs: 200,000.
	Members int
	// TotalBytes is how many bytes decompression may give out, over all inputs: 20 GiB.
	TotalBytes int64
	// MemberBytes is how many bytes one member of an archive may give, with all that is packed in it: 8 GiB.
	MemberBytes int64
	// Ratio is how many times its packed size something may grow to, once that is more than 256 MiB: 5000.
	Ratio int
	// SpillBytes is how many bytes of zips and 7z inside other archives may be on disk at a time, over all inputs: 2 GiB.
	SpillBytes int64
	// SpillMemory is how many bytes of such an archive are kept in memory rather than on disk, for each input: 16 MiB.
	SpillMemory int
	// SpillDir is where the spilled bytes go, in a file that has no name by the time it is written; empty is the system's own folder.
	SpillDir string
}

// The largest windows that decoders may allocate: what xz -9 and zstd --ultra --long=27 ask for.
const (
	xzWindow   = 64 << 20
	zstdWindow = 128 << 20
)

// errWindow refuses what asks for a larger one.
const errWindow limitError = "it was packed with a larger window than is safe to allocate: unpack it by itself and give the result"

// Budget is what is left of the limits. It is shared by all the walks of one run, also at the same time.
type Budget struct {
	limits  Limits
	members atomic.Int64
	bytes   atomic.Int64
	spilled atomic.Int64
}

// NewBudget returns a budget with nothing spent.
func NewBudget(l Limits) *Budget {
	orInt(&l.Depth, 6)
	orInt(&l.Members, 200_000)
	orInt(&l.TotalBytes, 20<<30)
	orInt(&l.MemberBytes, 8<<30)
	orInt(&l.Ratio, 5000)
	orInt(&l.SpillBytes, 2<<30)
	orInt(&l.SpillMemory, 16<<20)
	return &Budget{limits: l}
}

func orInt[T int | int64](field *T, otherwise T) {
	if *field <= 0 {
		*field = otherwise
	}
}

// limitError says that a limit was reached, in the words of the note that tells the reader.
type limitError string

func (e limitError) Error() string { return string(e) }

// member counts one more member of an archive; the error says which limit leaves nothing for it.
func (b *Budget) member() error {
	if err := b.spend(0); err != nil {
		return err
	}
	if b.members.Add(1) > int64(b.limits.Members) {
		return limitError(fmt.Sprintf("stopped after %d members of archives: raise --max-members to read the rest", b.limits.Members))
	}
	return nil
}

// spend counts n more bytes of decompressed data.
func (b *Budget) spend(n int) error {
	if b.bytes.Add(int64(n)) > b.limits.TotalBytes {
		return limitError(fmt.Sprintf("stopped after %d bytes of decompressed data in all: raise --max-bytes to read the rest", b.limits.TotalBytes))
	}
	return nil
}

// ratioFloor is how much may come out of a few bytes before the ratio is looked at: a log's hole of NULs packs well.
const ratioFloor = 256 << 20

// grown compares what came out of a decoder with what went in.
func (b *Budget) grown(out, in int64) error {
	if out <= ratioFloor || out/int64(b.limits.Ratio) <= in {
		return nil
	}
	return limitError(fmt.Sprintf("stopped after %d bytes that came out of %d: raise --max-ratio to read the rest", out, in))
}

func (b *Budget) tooDeep() limitError {
	return limitError(fmt.Sprintf("archives are nested more than %d deep here, and this one was not read: raise --max-depth to read it", b.limits.Depth))
}

func (b *Budget) tooLong() limitError {
	return limitError(fmt.Sprintf("stopped after %d bytes of one member: raise --max-member-bytes to read the rest", b.limits.MemberBytes))
}
