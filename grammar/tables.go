package grammar

// tables hold the templates that a source is read with by the first byte of a line, so that most lines meet only the few that can accept them: record and header lines, and those that
// start a record only where none is open.
type tables struct {
	records, bare [256][]*line
	// unstamped tells of the bytes with which a record may start that has no time, and may be remembered.
	unstamped [256]bool
}

// maxTables bounds the tables that a set keeps. Most sources of a bundle are read with the same few, and making one takes longer than reading a short file.
const maxTables = 64

// arranged returns the tables for formats in that order. A vague line of another format than the main one starts a record only where none is open: in the middle of a record it is more
// likely a part of it.
func (s *Set) arranged(order []*Format, main *Format) *tables {
	key := make([]rune, 0, len(order)+1)
	for _, f := range order {
		key = append(key, rune(f.index))
	}
	if main != nil {
		key = append(key, rune(main.index))
	}
	s.keeping.Lock()
	defer s.keeping.Unlock()
	t, ok := s.kept[string(key)]
	if !ok {
		t = arrange(order, main)
		if s.kept == nil {
			s.kept = map[string]*tables{}
		}
		if len(s.kept) < maxTables {
			s.kept[string(key)] = t
		}
	}
	return t
}

func arrange(order []*Format, main *Format) *tables {
	t := &tables{}
	add := func(table *[256][]*line, l *line) {
		for c := range table {
			if l.stamped || l.re != nil && l.first[c] || l.tmpl != nil && l.tmpl.MayStart(byte(c)) {
				table[c] = append(table[c], l)
				t.unstamped[c] = t.unstamped[c] || l.unstamped && table == &t.records
			}
		}
	}
	for _, f := range order {
		for _, l := range f.records {
			if l.telling || l.stamped || f == main {
				add(&t.records, l)
			} else {
				add(&t.bare, l)
			}
		}
		for _, l := range f.headers {
			add(&t.records, l)
		}
	}
	for _, f := range order {
		for _, l := range f.bare {
			add(&t.bare, l)
		}
	}
	return t
}
