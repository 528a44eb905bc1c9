// Package source turns what the user named into streams of decoded bytes, and those into blocks of whole lines.
//
// In go paths: files, directories, globs, standard input; and whatever they hold: archives in archives, compressed files, UTF-16. Out come
// Streams, one per log, and from each Stream Blocks that end where a record starts. What could not be read comes out as notes, and the rest is
// still delivered.
//
// The package must not know what a record looks like (it asks a function), what the bytes mean, or who reads them. It uses no name that
// it found in an archive to open or create a file: such names are labels. It never holds a stream whole in memory, and it reads neither the
// environment nor the clock.
package source
