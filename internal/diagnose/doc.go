// Package diagnose joins source, grammar and rules into one diagnosis.
//
// In go packs and the paths that a user named; out comes a logdoc.Diagnosis. It must not know how a diagnosis is shown or kept. Clock, file system and
// standard input are passed in.
package diagnose
