// Package builtin holds what the built-in packs parse to, as values that the linker has laid out: a run neither reads nor decodes anything for them, and of their
// texts touches only what it shows.
//
// In go the packs' sources, through a test of internal/diagnose that writes packs.go; out come their trees and a sum of the sources. It knows the tree of internal/lang
// and nothing else.
package builtin
