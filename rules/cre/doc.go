// Package cre reads Common Reliability Enumerations, a public catalogue of reliability problems kept as YAML.
//
// In go the bytes of a YAML file; out come symptoms as rules compiles them, and problems with their places for what cannot be run. It knows neither records nor
// verdicts, does not open files, and no YAML type shows in what it gives.
package cre
