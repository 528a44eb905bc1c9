// Package store keeps cases in a file of SQLite: what was found, what was done about it, and how far logs were read that are followed.
//
// In go values of the vocabulary (diagnoses, matches, turns, positions); out come the same values, and answers to SQL. What belongs together is kept in one transaction: after a crash
// all of it is there, or none. The package knows no rules, no clock and no terminal, and shows nothing: log text comes out of it as logdoc.LogText, as hostile as it went in.
package store
