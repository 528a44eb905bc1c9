// Package lang reads and writes the .logdoc language of docs/language.md.
//
// In goes the text of one file; out come a File, which is plain data, and Problems, which are plain data too: each has a place, one line that
// says what is wrong, and advice. A file with several mistakes gives several problems. Print writes a File back in its canonical form.
//
// The package knows the language and nothing else: no records, no matching of templates, no reports, and no file but the one at hand. Whether a
// format has the field that a symptom tests is therefore for another package to say; it can build its Problems with File.Problem and show them
// with Render.
package lang
