// Package follow reads logs while they are written, and loses no line of them when they are rotated.
//
// In go targets (files, globs, directories, named pipes, "-") and the positions where an earlier run stopped. Out come pieces: whole lines with their place, each
// of one content, whatever that is called by now. What went wrong comes out as notices, told once and then counted.
//
// The truth is the package's own look at every path, some times a second: it owns descriptors, offsets and bytes. github.com/hpcloud/tail only wakes it between two
// looks, so that a new line is seen at once; when it wakes nobody, or dies, lines come later and none is lost.
//
// The package must not know what a record is, what becomes of a line, or where positions are kept. It reads no clock but the one it is given.
package follow
