package main

import (
	"fmt"
	"strconv"
	"strings"

	"logdoc/source"
)

func (l limitFlags) limits() source.Limits {
	return source.Limits{Depth: l.depth, Members: l.members, TotalBytes: int64(l.totalBytes), MemberBytes: int64(l.memberBytes),
		Ratio: l.ratio, SpillBytes: int64(l.spillBytes)}
}

// byteSize is a flag such as 512MiB; the zero value is not set.
type byteSize int64

// String returns the size as it can be written.
func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Type names the flag's value in the help.
func (*byteSize) Type() string { return "size" }

// Set reads a number with an optional KiB, MiB, GiB or TiB.
func (b *byteSize) Set(text string) error {
	number, shift := text, 0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if n, ok := strings.CutSuffix(text, unit); ok {
			number, shift = n, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 64)
	if err != nil || n <= 0 || n > 1<<(62-shift) {
		return fmt.Errorf("%q is no size: write 512MiB or 8GiB", text)
	}
	*b = byteSize(n << shift)
	return nil
}
