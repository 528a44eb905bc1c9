package diagnose

import (
	"maps"
	"slices"

	"logdoc"
)

// Hosts collects what the records of an input call the machines that wrote them, also records that no finding rests on: for whoever has to know all names. The zero value is ready.
type Hosts struct {
	names map[logdoc.LogText]bool
	// Full is true when there were more names than are kept.
	Full bool
}

// maxNames bounds the names that are kept.
const maxNames = 1 << 16

// Names returns the names in their order.
func (h *Hosts) Names() []logdoc.LogText { return slices.Sorted(maps.Keys(h.names)) }

// add adds what one scanner has seen.
func (h *Hosts) add(seen *seenHosts) {
	if h == nil || seen == nil {
		return
	}
	if h.names == nil {
		h.names = map[logdoc.LogText]bool{}
	}
	maps.Copy(h.names, seen.names)
	h.Full = h.Full || seen.full || len(h.names) > maxNames
}

// seenHosts are the names that one scanner has seen.
type seenHosts struct {
	names map[logdoc.LogText]bool
	last  logdoc.LogText
	full  bool
}

// see notes a record's host. Records of one host mostly follow each other; those that are like one seen before have its host.
func (s *seenHosts) see(ev *logdoc.Event) {
	if s == nil {
		return
	}
	name := ev.Field(logdoc.FieldHost)
	if len(name) == 0 || len(name) > maxHostName || string(name) == string(s.last) {
		return
	}
	if s.last = logdoc.LogText(name); s.names[s.last] {
		return
	}
	if len(s.names) >= maxNames {
		s.full = true
		return
	}
	s.names[s.last] = true
}
