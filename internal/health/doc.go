// Package health shows how a program that runs for months is doing.
//
// In go numbers and whether the program still moves. Out come a page of metrics in the text format of Prometheus, answers to "are you alive" and "are you ready", and messages to the
// service manager. The package does not know what the numbers mean, nor where a log is; clock, environment and process numbers are handed in.
package health
