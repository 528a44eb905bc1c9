// Package rules knows what is a known problem: it turns events into matches and matches into findings.
//
// In go symptoms (from .logdoc files), a schema that says which format has which field, events and the files that facts are read from; out come
// matches (scan: stateless, in parallel) and findings (correlate: one, ordered by time). It must not know how records are laid out, where bytes come from
// or how a finding is shown.
package rules
