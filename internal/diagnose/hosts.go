package diagnose

import (
	"maps"
	"slices"
	"sync"

	"logdoc"
)

// Hosts collects what the records of an input call the machines that wrote them, also records that no finding rests on: for whoever has to know all names. The zero value is ready; it may be asked while the input is read.
type Hosts struct {
	mu    sync.Mutex
	names map[logdoc.LogText]bool
	full  bool
	done  bool
}

// maxNames bounds the names that are kept.
const maxNames = 1 << 16

// Names returns the names in their order: none before the whole input was read. Full means that there were more than are kept.
func (h *Hosts) Names() (names []logdoc.LogText, full bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Sorted(maps.Keys(h.names)), h.full
}

// Done reports whether the whole input was read.
func (h *Hosts) Done() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.done
}

// end says that no more names will come.
func (h *Hosts) end() {
	if h != nil {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.done = true
	}
}

// add adds what one scanner has seen.
func (h *Hosts) add(seen *seenHosts) {
	if h == nil || seen == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.names == nil {
		h.names = map[logdoc.LogText]bool{}
	}
	maps.Copy(h.names, seen.names)
	h.full = h.full || seen.full || len(h.names) > maxNames
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
