// Package pager reads any log of the input at random, whatever its size: lines by number, by offset or by time, forwards and backwards, filtered, searched, and the lines of several
// logs in the order of time.
//
// In go the paths that a report was given and the name of a source as the report prints it; out come lines with what is known of their records. A plain file is read at its place;
// what comes out of a decoder is kept, once, in a temporary file that has no name, up to a bound, and decoded again where it found no room. In memory there are an index of blocks, some 50
// bytes for each 128 KiB, and a few blocks.
//
// The package must not know what a symptom is, nor how lines are shown. It reads neither the clock nor the environment.
package pager
