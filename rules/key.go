package rules

import (
	"slices"
	"strings"

	"logdoc"
)

// A key is what the fields of the `by` clause say, one part for each field of the event that has the most of them. An event that gives only some of the parts belongs
// to every key that agrees with it in those; an event that gives none belongs to all.
const (
	// keySeparator stands between the parts of a key, and noPart in the place of one that the event does not give. No line of a log that a reader can see holds them.
	keySeparator = "\x00"
	noPart       = "\x01"
)

// keyOf returns the match's key.
func (s *symptom) keyOf(m *logdoc.Match) string {
	fields := s.keys()[m.Event]
	switch len(fields) {
	case 0:
		return ""
	case 1:
		v, _ := captured(m, fields[0])
		return string(v)
	}
	parts := make([]string, len(fields))
	for i, f := range fields {
		if f == "" {
			parts[i] = noPart
			continue
		}
		v, _ := captured(m, f)
		parts[i] = string(v)
	}
	return strings.Join(parts, keySeparator)
}

// keyText is how a key is shown.
func keyText(key string) logdoc.LogText {
	parts := slices.DeleteFunc(strings.Split(key, keySeparator), func(p string) bool { return p == "" || p == noPart })
	return logdoc.LogText(strings.Join(parts, " "))
}

// keyFields returns, by event, the field for each part of the key, empty for a part that the event does not give; nil for an event that gives none. A field stands for
// the part of its own name, or else for the first part that is left.
func (s *symptom) keyFields() [][]string {
	keys := make([][]string, len(s.events))
	var parts []string
	for e, p := range s.events {
		for _, r := range s.src.By {
			if r.Owner == p.name || r.Owner == "" && p.captures(r.Field) {
				keys[e] = append(keys[e], r.Field)
			}
		}
		if len(keys[e]) > len(parts) {
			parts = keys[e]
		}
	}
	for e, fields := range keys {
		if len(fields) == 0 {
			continue
		}
		placed := make([]string, len(parts))
		var rest []string
		for _, f := range fields {
			if i := slices.Index(parts, f); i >= 0 && placed[i] == "" {
				placed[i] = f
			} else {
				rest = append(rest, f)
			}
		}
		for _, f := range rest {
			placed[slices.Index(placed, "")] = f
		}
		keys[e] = placed
	}
	return keys
}

// partial reports whether an event gives some parts of the key and not all.
func partial(fields []string) bool { return len(fields) > 0 && slices.Contains(fields, "") }

// project returns what a key says to an event: the parts that the event gives. ok is false when the key does not know all of them.
func project(key string, fields []string) (part string, ok bool) {
	switch {
	case len(fields) == 0:
		return "", true
	case len(fields) == 1:
		return key, true
	}
	parts := strings.Split(key, keySeparator)
	if len(parts) != len(fields) {
		return "", false
	}
	for i, f := range fields {
		switch {
		case f == "":
			parts[i] = noPart
		case parts[i] == noPart:
			return "", false
		}
	}
	return strings.Join(parts, keySeparator), true
}

// keysOf returns the keys that the symptom's matches have, each only with as many parts as are known of it: a key that is a part of another one is not one by itself.
// It is nil when no match has a key.
func (c *Correlator) keysOf(index int) []string {
	if !c.matched(index) {
		return nil
	}
	s := c.set.symptoms[index]
	known := map[string]bool{}
	parted := false
	for e, fields := range s.keys() {
		if len(fields) == 0 {
			continue
		}
		parted = parted || partial(fields)
		for _, b := range c.shelves[index][e].buckets {
			known[b.key] = true
		}
	}
	keys := make([]string, 0, len(known))
	for k := range known {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	if !parted {
		return keys
	}
	within := map[string]bool{}
	for _, k := range keys {
		for _, fields := range s.keys() {
			if part, ok := project(k, fields); ok && len(fields) > 0 && part != k {
				within[part] = true
			}
		}
	}
	return slices.DeleteFunc(keys, func(k string) bool { return within[k] })
}
